/**
 * Before the service listens, a scratch graph takes sample requests, so that the way of a span is compiled when the
 * first real one comes: a service that is started under load would let its first seconds of requests wait otherwise.
 * The samples go to the decoder first, then through a receiver of their own on a free loopback port.
 */
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { SpanConsumer } from '../../contract/consumer.ts';
import type { Logger } from '../../contract/logger.ts';
import { decodeTraces } from '../../encodings/otlp/traces.ts';
import { IncrementRecorder } from '../../graph/increment-recorder.ts';
import { exposeCollector } from '../../lib/collector.ts';
import { MINUTE_MS } from '../../lib/units.ts';
import { createSpanView } from '../../normalize/conventions/slots.ts';
import { consumeSpans } from '../pipeline-consumer.ts';
import { type TopologyOptions, topologyOptions } from '../topology/config.ts';
import { Topology } from '../topology/topology.ts';
import { findMarks, markReplay, sampleRequests } from './sample-requests.ts';
import { withScratchReceiver } from './scratch-receiver.ts';

/** How long each part takes with each graph, about. */
const DECODE_MS = 240;
const RECEIVE_MS = 340;
/** One after the other, so that nothing is compiled for one alone: V8 takes what never changed for constant. */
const GRAPHS = 3;
/**
 * A graph that was brought back from so many spans is warm from the decoder on: for what is before it this part of a time
 * does, which goes by while the recovery waits for the disk.
 */
const ENOUGH = 200_000;
const BESIDE_REAL = 0.5;
const BEGIN_MS = Date.UTC(2025, 0, 1);
/**
 * Small, so that every step up to the end of a wait is gone through. Made as the options of a service are: V8 tells
 * objects by how they came about.
 */
const SCRATCH: TopologyOptions = topologyOptions({
  correlation: {
    wait: '100ms',
    late: '1s',
    message_wait: '24h',
    max_pending: 8192,
    max_late: 8192,
    max_messages: 100_000,
    max_messages_in_memory: 100_000,
    max_records: 1000,
    max_seen: 65_536,
  },
  weights: { half_life: '1m' },
  lifecycle: {
    ...{
      learn: '24h',
      confirm: 1,
      fade_after: '1h',
      gone_after: '24h',
      quiet_period: '10m',
      silent_after: '5m',
      judge: false,
      max_profiles: 1000,
    },
  },
  identity: {
    aliases: [],
    databases: [],
    topics: { templates: [], clusters: [] },
    outbox_tables: [],
    loopback: 'auto',
  },
  changes: { keep: '1h', max_bytes: '1MiB' },
  history: { keep: '1h', minutes: '1h', ten_minutes: '1h', max_bytes: '1MiB' },
  limits: { nodes: 1000, edges: 1000, paths: 10_000 },
});
/**
 * A request of a hundred spans comes every so many milliseconds of scratch time: partners are half a replay apart, longer
 * than spans wait to be decided together.
 */
const STEP_MS = 5;
const REPLAYS_A_TURN = 4;
/** In replays; longer than the wait of the scratch graph. */
const LATE_BY = 5;

/** @param taken so many spans a recovery takes in again, which begins with waiting for the disk. @param signal nothing will come in. */
export async function warmUp(logger: Logger, taken = Promise.resolve(0), signal?: AbortSignal): Promise<void> {
  const samples = new Samples();
  const collectGarbage = exposeCollector();
  await warmUpWith(samples, logger, BESIDE_REAL);
  // The tables of the scratch graphs go before those of the service fill, and while there is little else to look through.
  collectGarbage();
  if ((await taken) >= ENOUGH) return;
  for (let graph = 0; graph < GRAPHS && !signal?.aborted; graph++)
    await warmUpWith(samples, logger, graph === 0 ? 1 - BESIDE_REAL : 1);
  collectGarbage();
}

/** With another graph; in this part of the time. */
async function warmUpWith(samples: Samples, logger: Logger, part: number): Promise<void> {
  const topology = new Topology(SCRATCH, { now: () => samples.nowMs }, false);
  const { groups } = topology.normalizer.messaging;
  const recorder = new IncrementRecorder(
    topology.store,
    () => groups.names,
    () => {},
  );
  topology.store.recorder = recorder;
  const consumer = consumeSpans([], topology.sink);
  await samples.decodeFor(DECODE_MS * part, consumer);
  recorder.advance(1, samples.passMinute(), true);
  try {
    await withScratchReceiver(consumer, logger, post => samples.postFor(RECEIVE_MS * part, post));
  } catch (error) {
    logger.debug({ error }, 'the receiver could not be warmed up');
  }
}

class Samples {
  nowMs = BEGIN_MS;
  private replay = 0;
  private readonly requests = sampleRequests(BEGIN_MS);
  private readonly marks = this.requests.map(findMarks);
  private readonly view = createSpanView();

  async decodeFor(budgetMs: number, consumer: SpanConsumer): Promise<void> {
    for (const end = performance.now() + budgetMs; performance.now() < end; ) {
      for (const request of this.nextReplay()) {
        consumer.admit?.();
        consumer.begin();
        decodeTraces(request, this.view, consumer);
        await consumer.commit();
      }
      // Signals are heard.
      if (this.replay % REPLAYS_A_TURN === 0) await setImmediate();
    }
  }

  /** Every second request compressed. */
  async postFor(budgetMs: number, post: (body: Uint8Array, gzip: boolean) => Promise<void>): Promise<void> {
    for (const end = performance.now() + budgetMs; performance.now() < end; ) {
      let gzip = false;
      for (const request of this.nextReplay()) {
        await post(gzip ? gzipSync(request, { level: 1 }) : request, gzip);
        gzip = !gzip;
      }
    }
  }

  /** The time when the next minute has begun. */
  passMinute(): number {
    this.nowMs += MINUTE_MS;
    return this.nowMs;
  }

  /** One request of each replay comes when its partners no longer wait, and some come twice. */
  private *nextReplay(): Generator<Uint8Array> {
    this.replay++;
    const late = this.replay % this.requests.length;
    for (const [i, request] of this.requests.entries()) {
      markReplay(request, this.marks[i]!, i === late ? this.replay - LATE_BY : this.replay);
      this.nowMs += STEP_MS;
      yield request;
      if (i === late) yield request;
    }
  }
}
