/** A graph that is kept: stopped and brought back anywhere, with checkpoints in between, it comes to the oracle's. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RecordView } from '../../src/contract/record.ts';
import { decodeLogs } from '../../src/encodings/otlp/logs.ts';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import type { TopologyOptions } from '../../src/service/topology/config.ts';
import { DurableTopology } from '../../src/service/topology/durable.ts';
import { Topology } from '../../src/service/topology/topology.ts';
import { historyHere } from '../../src/storage/history/link.ts';
import { historySource } from '../../src/storage/history/source.ts';
import { machineParts } from '../../src/storage/storage.ts';
import { callOf } from '../cli/analyze-calls.ts';
import { dataDirectory } from '../kits/data-directory.ts';
import { encodeLogs, encodeTraces } from '../kits/otlp.ts';
import { changeOf, NO_IDENTITY, recordOf } from '../kits/records.ts';
import { documentOf, pathsOf, SMALL } from '../kits/subject.ts';
import { compareDocuments, comparePaths } from '../oracle/compare.ts';
import { generateTraceSet } from '../oracle/generate.ts';
import { generateLogs } from '../oracle/logs.ts';
import { analyzeSpans } from '../oracle/model.ts';
import { countPaths } from '../oracle/paths.ts';
import { Random } from '../oracle/random.ts';
import { disorder, splitRequests, withLogs } from '../oracle/requests.ts';

const SEEDS = 25;
const PROGRESS = { receiver: 'kafka', cluster: 'main', topic: 'orders', incarnation: '', partition: 0 };
/** Ahead of the wall, ms. */
let aheadMs = 0;
const clock = { now: () => Date.now() + aheadMs };
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Of one process after the other, on the same directory. */
class Lives {
  topology!: Topology;
  private durable!: DurableTopology;
  private readonly path = dataDirectory();
  private options: TopologyOptions = SMALL;
  private view = createSpanView();

  /** @param meanwhile called when its first frame after the checkpoint was applied. */
  /** @param checkpointItems spans between two checkpoints that are taken by themselves. */
  async begin(options = this.options, meanwhile = (_: Topology) => {}, checkpointItems = 1e9): Promise<void> {
    this.options = options;
    this.view = createSpanView();
    this.topology = new Topology(options, clock, false);
    const storage = {
      path: this.path,
      onCorruption: 'refuse',
      checkpointMs: 3_600_000,
      checkpointItems,
      maxWaitingBytes: 2 ** 26,
    } as const;
    this.durable = new DurableTopology(this.topology, storage, silent, {
      ...machineParts(this.path, clock),
      // A thread for each of so many starts takes long.
      history: historyHere(historySource(this.path), clock.now),
    });
    this.topology.keeper = this.durable;
    const { topology } = this;
    const apply = topology.apply.bind(topology);
    topology.apply = frame => {
      apply(frame);
      topology.apply = apply;
      meanwhile(topology);
    };
    await this.durable.recover(new AbortController().signal);
    topology.apply = apply;
  }

  async send(request: object): Promise<void> {
    const { sink, logs } = this.topology;
    const consumer = 'resourceLogs' in request ? logs : sink;
    consumer.begin();
    if ('resourceLogs' in request) decodeLogs(encodeLogs(request), this.view, logs);
    else decodeTraces(encodeTraces(request), this.view, sink);
    await consumer.commit();
  }

  /** Acknowledged at some time. */
  sendRecords(records: readonly RecordView[], next: number): void {
    const to = this.topology.records;
    to.begin();
    for (const record of records) to.record(record, NO_IDENTITY);
    to.progress({ ...PROGRESS, next });
    void to.commit();
  }

  checkpoint(): Promise<void> {
    return this.durable.checkpoint();
  }

  /** Frame of the newest one, after those that were due; 0 before the first. */
  async checkpointed(): Promise<number> {
    await this.durable.checkpointIfDue();
    return this.durable.status().checkpoint?.frame ?? 0;
  }

  async end(): Promise<void> {
    await this.durable.stop();
  }
}

describe('a graph that is kept', () => {
  it('is the oracle’s, wherever it was stopped and brought back', async () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const random = new Random(seed);
      const spans = disorder(generateTraceSet(seed), seed);
      const logs = seed % 3 === 0 ? generateLogs(seed, spans) : [];
      const lives = new Lives();
      await lives.begin();
      for (const request of withLogs(splitRequests(spans, seed), logs, seed)) {
        if (random.chance(0.1)) {
          await lives.end();
          await lives.begin();
        }
        if (random.chance(0.1)) lives.topology.tick();
        if (random.chance(0.1)) void lives.checkpoint();
        await lives.send(request);
      }
      await lives.end();
      await lives.begin();
      lives.topology.finish();
      const { document, decisions, logs: counts } = analyzeSpans(spans, clock.now() * 1000, logs);
      const found = [
        ...compareDocuments(document, documentOf(lives.topology)),
        ...comparePaths(countPaths(decisions), pathsOf(lives.topology)),
      ];
      expect({ seed, found }).toEqual({ seed, found: [] });
      expect(lives.topology.correlator.logs.counts).toEqual(counts);
      await lives.end();
      await nextTurn();
    }
  });

  it('counts records once, and knows where receivers had come to, wherever it was stopped and brought back', async () => {
    for (let seed = 0; seed < 4; seed++) {
      const random = new Random(seed);
      const records = Array.from({ length: 60 }, (_, offset) => {
        return recordOf({ partition: offset % 3, offset, changes: [changeOf({ position: String(offset >> 1) })] });
      });
      const lives = new Lives();
      await lives.begin();
      let next = 0;
      while (next < records.length) {
        // A receiver begins where the journal says, or, as if it were not asked, somewhere before.
        const known = lives.topology.progress.of('kafka');
        const from = random.chance(0.5) ? Math.max(0, ...known.map(at => at.next)) : random.below(next + 1);
        expect(Math.max(0, ...known.map(at => at.next))).toBe(next);
        next = Math.min(records.length, Math.max(next, from + 1 + random.below(30)));
        lives.sendRecords(records.slice(from, next), next);
        if (random.chance(0.5)) await nextTurn();
        if (random.chance(0.2)) await lives.checkpoint();
        await lives.end();
        await lives.begin();
      }
      expect(lives.topology.progress.of('kafka')).toEqual([{ ...PROGRESS, next: records.length }]);
      expect(lives.topology.progress.of('other')).toEqual([]);
      const { edges, stats } = documentOf(lives.topology);
      expect(edges).toMatchObject([{ kind: 'captures', count: 30, rows: 30 }]);
      expect(stats.changes).toEqual({ insert: 30, duplicates: 30 });
      expect(stats.records.received! - (stats.records.duplicates ?? 0)).toBe(60);
      await lives.end();
    }
  });

  it('lets no time pass while it is brought back, whoever asks for it meanwhile', async () => {
    const lives = new Lives();
    await lives.begin();
    const [client, server] = callOf(1, Date.now()).resourceSpans.map(one => ({ resourceSpans: [one] }));
    await lives.send(client!);
    for (let i = 0; i < 200; i++) await lives.send(callOf(i + 2, Date.now()));
    await lives.end();
    let reads = 0;
    await lives.begin(SMALL, topology => {
      reads++;
      for (let times = 1; times <= 3; times++) {
        aheadMs = times * 2 * (SMALL.waitMs + SMALL.lateMs);
        topology.tick();
      }
      aheadMs = 0;
    });
    expect(reads).toBeGreaterThan(0);
    await lives.send(server!);
    const { spans } = documentOf(lives.topology).stats;
    expect({ paired: spans.paired, inferred: spans.inferred }).toEqual({ paired: 402, inferred: 0 });
    await lives.end();
  });

  it('is not written again when nothing came in', async () => {
    const lives = new Lives();
    await lives.begin();
    await lives.send(callOf(1, Date.now()));
    await lives.checkpoint();
    const { frame } = lives.topology.storage()!.checkpoint!;
    lives.topology.tick();
    await lives.checkpoint();
    expect(lives.topology.storage()!.checkpoint!.frame).toBe(frame);
    await lives.end();
    await lives.begin();
    await lives.checkpoint();
    expect(lives.topology.storage()!.checkpoint!.frame).toBe(frame);
    await lives.send(callOf(2, Date.now()));
    await lives.checkpoint();
    expect(lives.topology.storage()!.checkpoint!.frame).toBeGreaterThan(frame);
    expect(documentOf(lives.topology).edges.map(({ count }) => count)).toEqual([2]);
    await lives.end();
  });

  it('is written as well when so many spans came in since', async () => {
    const lives = new Lives();
    await lives.begin(SMALL, undefined, 4);
    await lives.send(callOf(1, Date.now()));
    expect(await lives.checkpointed()).toBe(0);
    await lives.send(callOf(2, Date.now()));
    const frame = await lives.checkpointed();
    expect(frame).toBeGreaterThan(0);
    await lives.send(callOf(3, Date.now()));
    expect(await lives.checkpointed()).toBe(frame);
    await lives.end();
  });
});
