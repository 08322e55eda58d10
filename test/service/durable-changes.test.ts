/** Changes of a graph that is kept: the same ones with the same numbers after a start, and the next ones behind them. */
import { expect, it } from 'vitest';
import type { Change } from '../../src/contract/change.ts';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { DurableTopology } from '../../src/service/topology/durable.ts';
import { Topology } from '../../src/service/topology/topology.ts';
import { machineParts } from '../../src/storage/storage.ts';
import { callOf } from '../cli/analyze-calls.ts';
import { dataDirectory } from '../kits/data-directory.ts';
import { encodeTraces } from '../kits/otlp.ts';
import { SMALL } from '../kits/subject.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const clock = { now: () => Date.now() };

async function begin(path: string): Promise<{ topology: Topology; durable: DurableTopology }> {
  const topology = new Topology(SMALL, clock, false);
  const options = { path, onCorruption: 'refuse', checkpointMs: 3_600_000, maxWaitingBytes: 2 ** 26 } as const;
  const durable = new DurableTopology(topology, options, silent, machineParts(path, clock));
  await durable.recover(new AbortController().signal);
  return { topology, durable };
}

/** A call between two services that nobody knows yet. */
async function send({ sink }: Topology, number: number): Promise<void> {
  const call = JSON.stringify(callOf(number, Date.now())).replaceAll('"web"', `"web-${number}"`);
  sink.begin();
  decodeTraces(encodeTraces(JSON.parse(call)), createSpanView(), sink);
  await sink.commit();
}

/** All that was sent is decided first. */
async function changesOf(topology: Topology): Promise<readonly Change[]> {
  const { time } = topology;
  topology.tick();
  await topology.journal.flush();
  await time.changes.flush();
  const { changes } = await time.changes.read(0, 1000);
  return changes.map(text => JSON.parse(text) as Change);
}

it('are there after a start, once, whether a checkpoint was taken or not', async () => {
  const path = dataDirectory();
  let before: readonly Change[] = [];
  for (let life = 1; life <= 4; life++) {
    const { topology, durable } = await begin(path);
    await topology.changes.ready();
    expect(await changesOf(topology)).toEqual(before);
    await send(topology, 2 * life);
    if (life % 2 === 0) await durable.checkpoint();
    await send(topology, 2 * life + 1);
    const now = await changesOf(topology);
    expect(now.slice(0, before.length)).toEqual(before);
    expect(now.length).toBeGreaterThan(before.length);
    expect(now.map(({ seq }) => seq)).toEqual(now.map((_, i) => now[0]!.seq + i));
    before = now;
    await durable.stop();
  }
  const edges = before.filter(({ type }) => type === 'edge.appeared').map(({ edge }) => edge!.id);
  expect(new Set(edges).size).toBe(edges.length);
  expect(edges).toHaveLength(8);
});
