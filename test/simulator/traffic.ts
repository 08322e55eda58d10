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
/** More edges than a checkpoint hands over at once, in a few large requests. */
const CROWD = 200;
const SPANS_OF_CROWD = 40;
/** In the upper half of the trace ids of first spans. */
const MARK = 0x7ac17000;

export function trafficOf(seed: number, random: Random): readonly Request[] {
  const sets = Array.from({ length: 1 + random.below(2) }, (_, i) => generateTraceSet(seed * 2 + i));
  const messages = random.chance(0.4) ? messageSpans(random, 120) : [];
  const crowd = random.chance(0.2) ? crowdOf(random, CROWD + random.below(CROWD)) : [];
  const others = inParts([...disorder(sets.flat(), seed), ...messages], () => 1 + random.below(MOST_SPANS));
  const parts = [...inParts(crowd, () => 1 + random.below(SPANS_OF_CROWD)), ...others];
  const requests = random.chance(0.5) ? random.shuffle(parts) : parts;
  return requests.map((spans, number) => requestOf(number, spans, random.chance(0.3) ? 'json' : 'protobuf'));
}

function inParts(spans: readonly Span[], size: () => number): Span[][] {
  const parts: Span[][] = [];
  for (let at = 0; at < spans.length; at += parts.at(-1)!.length) parts.push(spans.slice(at, at + size()));
  return parts;
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
