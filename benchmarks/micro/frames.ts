/**
 * Batches of observations → payloads of frames and back, on the pipeline's workload: nanoseconds per span, and what a
 * span takes, in all and by part, for frames of one request (100 spans) and of more.
 */
import {
  DURATION,
  ObservationBatch,
  ROW_WORDS,
  SERVICE,
  SHAPE,
  SPAN,
  START,
  TRACE,
} from '../../src/contract/observation.ts';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { Identities } from '../../src/lib/identities.ts';
import { Plans } from '../../src/lib/plans.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { SpanNormalizer } from '../../src/normalize/spans.ts';
import { FrameDecoder } from '../../src/storage/frames/decoder.ts';
import { FrameEncoder } from '../../src/storage/frames/encoder.ts';
import { createBodies } from './bodies.ts';
import { benchAll } from './harness.ts';

const BODIES_A_FRAME = [1, 10, 100];
const TUPLE_END = 19;

function createNames() {
  const identities = new Identities(100_000);
  const plans = new Plans();
  const normalizer = new SpanNormalizer(identities, plans);
  return { identities, plans, normalizer };
}

const { identities, plans, normalizer } = createNames();
const encoder = new FrameEncoder({ identities, plans, groups: normalizer.messaging.groups.names });
const other = createNames();
const decoder = new FrameDecoder({
  identities: other.identities,
  planNumber: plan => other.normalizer.databases.planOf(plan),
  groupNumber: name => other.normalizer.messaging.groups.numberOf(name),
});
const bodies = createBodies('protobuf');

/** The spans of all bodies, so many bodies a batch. */
function batchesOf(bodiesAFrame: number): readonly ObservationBatch[] {
  const view = createSpanView();
  const batches: ObservationBatch[] = [];
  bodies.templates.forEach((template, i) => {
    if (i % bodiesAFrame === 0) batches.push(new ObservationBatch());
    const batch = batches.at(-1)!;
    decodeTraces(template.bytes, view, {
      begin() {},
      span: span => normalizer.add(span, batch, false),
      commit: () => ({ accepted: 0, rejected: 0, message: '' }),
      abort() {},
    });
  });
  return batches;
}

/** Bytes of all frames when words [from, to) of all rows are alike. */
function bytesWithout(batches: readonly ObservationBatch[], from: number, to: number): number {
  let bytes = 0;
  for (const batch of batches) {
    const words = batch.words.slice();
    for (let row = 0; row < batch.rows * ROW_WORDS; row += ROW_WORDS) batch.words.fill(0, row + from, row + to);
    bytes += encoder.encode(batch).length;
    batch.words.set(words);
  }
  return bytes;
}

for (const bodiesAFrame of BODIES_A_FRAME) {
  const batches = batchesOf(bodiesAFrame);
  const all = bytesWithout(batches, 0, 0);
  const part = (from: number, to: number) => ((all - bytesWithout(batches, from, to)) / bodies.spans).toFixed(1);
  console.log(
    [
      `${bodiesAFrame} bodies a frame: ${(all / bodies.spans).toFixed(1)} bytes/span`,
      `traces ${part(TRACE, SPAN)}`,
      `spans and parents ${part(SPAN, START)}`,
      `starts ${part(START, DURATION)}`,
      `durations ${part(DURATION, SERVICE)}`,
      `names and shapes ${part(SERVICE, TUPLE_END)} (shapes ${part(SHAPE, SHAPE + 1)})`,
    ].join(', '),
  );
  const frames = batches.map(batch => encoder.encode(batch).slice());
  const into = new ObservationBatch();
  benchAll([
    {
      name: 'encode, spans',
      run() {
        for (const batch of batches) encoder.encode(batch);
        return bodies.spans;
      },
    },
    {
      name: 'decode, spans',
      run() {
        for (const frame of frames) decoder.decode(frame, into);
        return bodies.spans;
      },
    },
  ]);
}
