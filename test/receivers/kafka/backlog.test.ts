/** A backlog of many partitions, read at once, gives the graph that reading it as it came would have given. */
import { expect, test } from 'vitest';
import type { Host } from '../../../src/contract/component.ts';
import type { GraphDocument } from '../../../src/contract/graph-document.ts';
import { decodeTraces } from '../../../src/encodings/otlp/traces.ts';
import { createSpanView } from '../../../src/normalize/conventions/slots.ts';
import type { ClientRecord } from '../../../src/receivers/kafka/client.ts';
import { Counters } from '../../../src/receivers/kafka/counters.ts';
import type { KafkaOptions } from '../../../src/receivers/kafka/options.ts';
import { KafkaReceiver } from '../../../src/receivers/kafka/receiver.ts';
import { subscription } from '../../../src/receivers/kafka/subscriptions.ts';
import { Topology } from '../../../src/service/topology/topology.ts';
import { resourceSpans } from '../../cli/analyze-calls.ts';
import { memoryClient } from '../../kits/kafka/memory-client.ts';
import { encodeTraces } from '../../kits/otlp.ts';
import { documentOf, SMALL } from '../../kits/subject.ts';
import { Random } from '../../oracle/random.ts';

const BEGIN = Date.UTC(2026, 2, 1);
const LENGTH_MS = 900_000;
const PARTITIONS = 12;
const TRACES = 3000;
const OPTIONS = { ...SMALL, waitMs: 10_000, lateMs: 60_000 };
/** Between the two halves of a call: within the wait, within the late window, after both. */
const GAPS = [0, 3000, 7000, 15_000, 50_000, 90_000, 200_000];
const JOINED = GAPS.filter(gap => gap < 70_000);

interface Timed extends ClientRecord {
  readonly partition: number;
}

/** Calls by `web` to `shop`, of which each half comes in a record of its own, in whichever partition. */
function backlog(seed: number): { readonly records: readonly Timed[]; readonly joined: number } {
  const random = new Random(seed);
  const records: Timed[] = [];
  let joined = 0;
  for (let n = 1; n <= TRACES; n++) {
    const gap = GAPS[random.below(GAPS.length)]!;
    if (JOINED.includes(gap)) joined++;
    const atMs = BEGIN + random.below(LENGTH_MS);
    records.push(half(n, false, atMs, random), half(n, true, atMs + gap, random));
  }
  return { records: records.sort((a, b) => a.timestampMs - b.timestampMs), joined };
}

function half(n: number, isServer: boolean, timestampMs: number, random: Random): Timed {
  const spanId = (offset: number) => (n * 16 + offset).toString(16).padStart(16, '0');
  const time = { startTimeUnixNano: `${timestampMs}000000`, endTimeUnixNano: `${timestampMs + 5}000000` };
  const peer = [{ key: 'peer.service', value: { stringValue: 'somebody' } }];
  const span = isServer
    ? { spanId: spanId(2), parentSpanId: spanId(1), name: 'GET /', kind: 2, ...time }
    : { spanId: spanId(1), name: 'GET', kind: 3, attributes: peer, ...time };
  const traceId = n.toString(16).padStart(32, '0');
  const value = encodeTraces({ resourceSpans: [resourceSpans(isServer ? 'shop' : 'web', { traceId, ...span })] });
  // The first has more than half of them, the last hardly any.
  const partition = Math.min(Math.floor(Math.log2(1 / (1 - random.below(1000) / 1000))), PARTITIONS - 1);
  return { offset: 0, timestampMs, key: null, value, headers: [], partition };
}

interface Subject {
  readonly topology: Topology;
  readonly clock: { nowMs: number };
}

function subject(nowMs: number): Subject {
  const clock = { nowMs };
  return { clock, topology: new Topology(OPTIONS, { now: () => clock.nowMs }, false) };
}

function push({ topology }: Subject, value: Uint8Array): void {
  topology.sink.begin();
  decodeTraces(value, createSpanView(), topology.sink);
  topology.sink.commit();
}

function passUntil({ topology, clock }: Subject, ms: number): void {
  while (clock.nowMs < ms) {
    clock.nowMs = Math.min(ms, clock.nowMs + 100);
    topology.tick();
  }
}

/** What it says when everything that waited is decided. */
function outcomeOf(one: Subject): object {
  passUntil(one, one.clock.nowMs + OPTIONS.waitMs + OPTIONS.lateMs + 1000);
  const { edges, stats }: GraphDocument = documentOf(one.topology);
  const sums = edges.map(({ id, count, evidence, firstSeen, lastSeen }) => ({
    id,
    count,
    evidence,
    firstSeen,
    lastSeen,
  }));
  return { sums, spans: stats.spans, reasons: stats.reasons };
}

function readLive(records: readonly Timed[]): Subject {
  const live = subject(BEGIN);
  for (const { timestampMs, value } of records) {
    passUntil(live, timestampMs);
    push(live, value!);
  }
  return live;
}

function receiverOf({ topology, clock }: Subject, records: readonly Timed[], nodes: number) {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) =>
    records.filter(one => one.partition === partition).map((one, offset) => ({ ...one, offset })),
  );
  const logger = { debug() {}, info() {}, warn() {}, error: (fields: object) => expect.fail(JSON.stringify(fields)) };
  const options = {
    groupId: 'tacit',
    client: { brokers: ['memory'] },
    subscriptions: [subscription(['spans'], { signal: 'traces', encoding: 'otlp_proto' })],
    initialOffset: 'earliest',
    refreshMs: 1000,
    limits: { maxWaitMs: 10, minBytes: 1, maxBytes: 1 << 20, maxPartitionBytes: 1 << 20 },
  };
  return new KafkaReceiver(
    {
      settings: { id: 'kafka', logger, clock: { now: () => clock.nowMs }, host: {} as Host },
      consumers: {
        traces: topology.sink,
        createView: createSpanView,
        positions: receiver => topology.progress.of(receiver),
      },
      counters: new Counters('kafka'),
      createClient: async () => memoryClient({ topic: 'spans', partitions, nodes, maxRecords: 700 }),
    },
    options as unknown as KafkaOptions,
  );
}

async function drain(one: Subject, records: readonly Timed[], nodes: number): Promise<void> {
  const receiver = receiverOf(one, records, nodes);
  receiver.start();
  await expect.poll(() => receiver.status().topics[0]?.records, { timeout: 30_000 }).toBe(records.length);
  await receiver.stop();
}

const { records, joined } = backlog(1);
const expected = outcomeOf(readLive(records));

test('read as it comes, calls join whose halves are near enough in time', () => {
  const calls = { id: 'service:web#calls#service:shop', count: joined };
  expect(expected).toMatchObject({ sums: expect.arrayContaining([expect.objectContaining(calls)]) });
});

test.each([
  [1, 10],
  [1, 48 * 60],
  [3, 120],
])('%i nodes, %i minutes later', async (nodes, minutes) => {
  const late = subject(BEGIN + LENGTH_MS + minutes * 60_000);
  await drain(late, records, nodes);
  expect(outcomeOf(late)).toEqual(expected);
});

test('what is pushed meanwhile waits for its other half as long as ever', async () => {
  const late = subject(BEGIN + LENGTH_MS + 600_000);
  const reading = drain(late, records, 1);
  const random = new Random(2);
  const now = () => late.clock.nowMs;
  for (let n = TRACES + 1; n <= TRACES + 50; n++) {
    push(late, half(n, false, now(), random).value!);
    await new Promise(resolve => setImmediate(resolve));
    push(late, half(n, true, now(), random).value!);
    late.topology.tick();
  }
  await reading;
  const { edges } = documentOf(late.topology);
  const calls = edges.find(({ id }) => id === 'service:web#calls#service:shop');
  // All of them are there before anything passes on the clock of the wall.
  expect(calls!.count).toBeGreaterThanOrEqual(50);
});
