/** What becomes of a frame that cannot be applied, and of a start that is given up. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { systemClock } from '../../src/contract/clock.ts';
import type { StorageOptions } from '../../src/contract/storage.ts';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { DurableTopology } from '../../src/service/topology/durable.ts';
import { Topology } from '../../src/service/topology/topology.ts';
import { historyHere } from '../../src/storage/history/link.ts';
import { historySource } from '../../src/storage/history/source.ts';
import { machineParts } from '../../src/storage/storage.ts';
import { callOf } from '../cli/analyze-calls.ts';
import { dataDirectory } from '../kits/data-directory.ts';
import { encodeTraces } from '../kits/otlp.ts';
import { documentOf, SMALL } from '../kits/subject.ts';

const POISON = 7;

/** A process on a directory. @param fails frames that its program cannot apply. */
function process(path: string, onCorruption: StorageOptions['onCorruption'], fails: (rows: number) => boolean) {
  const said: string[] = [];
  const logger = {
    debug() {},
    info: (_: object, message: string) => void said.push(message),
    warn() {},
    error: (_: object, message: string) => void said.push(message),
  };
  const topology = new Topology(SMALL, systemClock, false);
  const apply = topology.apply.bind(topology);
  topology.apply = frame => {
    if (fails(frame.batch?.rows ?? 0)) throw new Error('poison');
    apply(frame);
  };
  const options = { path, onCorruption, checkpointMs: 3_600_000, checkpointItems: 4, maxWaitingBytes: 2 ** 26 };
  const durable = new DurableTopology(topology, options, logger, {
    ...machineParts(path),
    history: historyHere(historySource(path), Date.now),
  });
  topology.keeper = durable;
  const view = createSpanView();
  const send = async (...calls: number[]) => {
    topology.sink.begin();
    const resourceSpans = calls.flatMap(n => callOf(n, Date.now()).resourceSpans);
    decodeTraces(encodeTraces({ resourceSpans }), view, topology.sink);
    await topology.sink.commit();
  };
  return { topology, durable, send, said };
}

const counts = (topology: Topology) => documentOf(topology).edges.map(({ count }) => count);

it('a frame that cannot be applied is set aside, and those behind it are not; so at every start until a checkpoint', async () => {
  const path = dataDirectory();
  const isPoison = (rows: number) => rows === 2 * POISON;
  const first = process(path, 'skip', isPoison);
  await first.durable.recover(new AbortController().signal);
  expect(first.said).toEqual(['nothing was kept so far']);
  await first.send(1);
  await first.send(...Array.from({ length: POISON }, (_, i) => 100 + i));
  await first.send(2);
  expect(counts(first.topology)).toEqual([2]);
  expect(first.durable.status().journal.setAside).toBe(1);
  const told = expect.stringMatching(/^frame 3 cannot be applied \(poison\) and is set aside/);
  expect(first.said).toContainEqual(told);
  const recovering = (onCorruption: StorageOptions['onCorruption']) => {
    const directory = dataDirectory();
    cpSync(join(path, 'journal'), join(directory, 'journal'), { recursive: true });
    return process(directory, onCorruption, isPoison);
  };

  const again = recovering('skip');
  await again.durable.recover(new AbortController().signal);
  expect(counts(again.topology)).toEqual([2]);
  expect(again.durable.status().recovery.problems).toEqual([told]);
  expect(again.said).toContainEqual(told);
  await again.durable.stop();

  const strict = recovering('refuse').durable.recover(new AbortController().signal);
  await expect(strict).rejects.toThrow('frame 3 of the journal cannot be applied (poison)');
  await first.durable.stop();
});

it('a start that is given up stops between two frames, and says nothing', async () => {
  const path = dataDirectory();
  const first = process(path, 'refuse', () => false);
  await first.durable.recover(new AbortController().signal);
  for (let n = 1; n <= 50; n++) await first.send(n);
  const directory = dataDirectory();
  cpSync(join(path, 'journal'), join(directory, 'journal'), { recursive: true });
  await first.durable.stop();

  const giving = new AbortController();
  let frames = 0;
  const given = process(directory, 'refuse', rows => {
    if (rows > 0 && ++frames === 10) giving.abort();
    for (const end = performance.now() + 6; performance.now() < end; );
    return false;
  });
  await given.durable.recover(giving.signal);
  expect(frames).toBe(10);
  expect(given.durable.status().state).toBe('recovering');
  await given.durable.stop();

  const after = process(directory, 'refuse', () => false);
  await after.durable.recover(new AbortController().signal);
  expect(counts(after.topology)).toEqual([50]);
  await after.durable.stop();
});

it('a checkpoint that failed is not tried again because much came in, but in its time', async () => {
  const { topology, durable, send } = process(dataDirectory(), 'skip', () => false);
  await durable.recover(new AbortController().signal);
  await send(1, 2);
  const broken = {
    save: (): never => {
      throw new Error('no room');
    },
    load: () => [],
  };
  const kept = vi.spyOn(topology, 'kept', 'get').mockReturnValue([broken]);
  await durable.checkpointIfDue();
  await send(3, 4);
  await durable.checkpointIfDue();
  expect(durable.status().failedCheckpoints).toBe(1);
  kept.mockRestore();
  await durable.checkpoint();
  expect(durable.status()).toMatchObject({ failedCheckpoints: 1, checkpoint: { frame: topology.journal.frames } });
  await durable.stop();
});
