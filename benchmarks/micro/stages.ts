/**
 * The steps of the hot path on the pipeline's workload, each with those before it: scan, normalize, and the whole way
 * into the graph at a simulated rate. `--rate` spans per second of simulated time, `--spans` how many, `--only` one step.
 */
import { parseArgs } from 'node:util';
import type { SpanConsumer } from '../../src/contract/consumer.ts';
import { ObservationBatch } from '../../src/contract/observation.ts';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { Identities } from '../../src/lib/identities.ts';
import { Plans } from '../../src/lib/plans.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { SpanNormalizer } from '../../src/normalize/spans.ts';
import { Topology } from '../../src/service/topology/topology.ts';
import { createStamp } from '../pipeline/stamp.ts';
import { createBodies, stampAll } from './bodies.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '200000' },
    spans: { type: 'string', default: '3000000' },
    only: { type: 'string' },
  },
});
const RATE = Number(values.rate);
const SPANS = Number(values.spans);

const LIMITS = {
  waitMs: 10_000,
  lateMs: 300_000,
  maxPending: 1_000_000,
  maxLate: 5_000_000,
  maxSeen: 20_000_000,
  maxRecords: 10_000_000,
  messageWaitMs: 86_400_000,
  maxMessages: 100_000,
  halfLifeMs: 3_600_000,
  maxNodes: 20_000,
  maxEdges: 200_000,
  maxPaths: 10_000,
};

const bodies = createBodies('protobuf');
const view = createSpanView();
let nowMs = Date.now();

function run(name: string, consumer: SpanConsumer, end: () => void): void {
  if (values.only !== undefined && values.only !== name) return;
  for (const round of ['warm-up', name]) {
    let spans = 0;
    let busyMs = 0;
    for (let replay = 0; spans < (round === name ? SPANS : SPANS / 4); replay++) {
      stampAll(bodies.templates, createStamp(round === name ? 1 : 2, replay + Math.floor(Math.random() * 1e6), nowMs));
      const start = process.cpuUsage();
      for (const template of bodies.templates) {
        consumer.begin();
        decodeTraces(template.bytes, view, consumer);
        consumer.commit();
        nowMs += 100_000 / RATE;
      }
      end();
      const { user, system } = process.cpuUsage(start);
      busyMs += (user + system) / 1000;
      spans += bodies.spans;
    }
    if (round === name) console.log(`${name.padEnd(24)} ${((busyMs * 1e3) / spans).toFixed(3)} µs/span`);
  }
}

const nothing = { accepted: 0, rejected: 0, message: '' };
run('scan', { begin() {}, span() {}, commit: () => nothing, abort() {} }, () => {});

const batch = new ObservationBatch();
const normalizer = new SpanNormalizer(new Identities(100_000), new Plans());
run(
  'scan + normalize',
  { begin: () => batch.reset(), span: v => normalizer.add(v, batch, false), commit: () => nothing, abort() {} },
  () => {},
);

const topology = new Topology(LIMITS, { now: () => nowMs }, false);
run('whole path', topology.sink, () => topology.tick());
const memory = process.memoryUsage();
console.log(
  `rows ${topology.correlator.rows.count}, RSS ${Math.round(memory.rss / 2 ** 20)} MB, heap ${Math.round(memory.heapUsed / 2 ** 20)} MB`,
);
