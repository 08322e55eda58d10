/**
 * Requests of simulated clients, by seed: spans of the oracle's sets, in any order, some twice, each request as the bytes
 * of its body. The first span of each says which one it is, wherever its observations come by.
 */
import { type ObservationBatch, ROW_WORDS, TRACE } from '../../src/contract/observation.ts';
import type { Encoding } from '../../src/receivers/otlp/signal.ts';
import { crowdOf } from '../kits/crowd.ts';
import { messageSpans } from '../kits/message-spans.ts';
import { encodeTraces } from '../kits/otlp.ts';
import { generateTraceSet } from '../oracle/generate.ts';
import type { Random } from '../oracle/random.ts';
import { disorder, toRequest } from '../oracle/requests.ts';
import { INTERNAL, type Span } from '../oracle/span.ts';

export interface Request {
  readonly number: number;
  readonly spans: readonly Span[];
  readonly body: Uint8Array;
  readonly encoding: Encoding;
}

const MOST_SPANS = 9;
/** In the upper half of the trace ids of first spans. */
const MARK = 0x7ac17000;

export function trafficOf(seed: number, random: Random): readonly Request[] {
  const sets = Array.from({ length: 1 + random.below(2) }, (_, i) => generateTraceSet(seed * 2 + i));
  const others = random.chance(0.4) ? messageSpans(random, 120) : crowdOf(random, 100);
  const spans = random.chance(0.5)
    ? [...disorder(sets.flat(), seed), ...others]
    : random.shuffle([...disorder(sets.flat(), seed), ...others]);
  const requests: Request[] = [];
  for (let at = 0; at < spans.length; ) {
    const size = 1 + random.below(MOST_SPANS);
    requests.push(requestOf(requests.length, spans.slice(at, at + size), random.chance(0.3) ? 'json' : 'protobuf'));
    at += size;
  }
  return requests;
}

function requestOf(number: number, spans: readonly Span[], encoding: Encoding): Request {
  const marked = [markerOf(number, spans[0]!.startUs), ...spans];
  const request = toRequest(marked);
  const body = encoding === 'json' ? Buffer.from(JSON.stringify(request)) : encodeTraces(request);
  return { number, spans: marked, body, encoding };
}

function markerOf(number: number, startUs: number): Span {
  const hex = (number + 1).toString(16);
  return {
    resource: { 'service.name': 'marker' },
    scope: '',
    traceId: `${MARK.toString(16)}${'0'.repeat(8)}${hex.padStart(16, '0')}`,
    spanId: hex.padStart(16, '0'),
    parentSpanId: '',
    kind: INTERNAL,
    name: 'marker',
    startUs,
    endUs: startUs + 1,
    attributes: {},
    links: [],
    droppedLinks: 0,
    traceState: '',
    status: 0,
  };
}

/** Numbers of the requests whose observations are in a batch, in their order. */
export function requestsIn({ rows, words }: ObservationBatch): number[] {
  const numbers: number[] = [];
  for (let row = 0; row < rows * ROW_WORDS; row += ROW_WORDS) {
    if (words[row + TRACE] === MARK && words[row + TRACE + 1] === 0) numbers.push(words[row + TRACE + 3]! - 1);
  }
  return numbers;
}
