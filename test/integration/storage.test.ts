/** A real process is killed at any moment, under load, again and again: what it acknowledged is there, each call once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { dataDirectory } from '../kits/data-directory.ts';
import { type RunningService, startServiceProcess } from '../kits/sdk/service-process.ts';
import { Senders } from '../kits/senders.ts';
import { Random } from '../oracle/random.ts';

const ROUNDS = Number(process.env.TACIT_KILL_ROUNDS ?? 4);
const SEED = Number(process.env.TACIT_KILL_SEED ?? 1);
const LONGEST_ROUND_MS = 2000;
const PATIENCE = { timeout: 30_000, interval: 100 };

it(
  `every acknowledged call is counted once, over ${ROUNDS} deaths`,
  async () => {
    const random = new Random(SEED);
    const sets = [
      `extensions.storage.path=${dataDirectory()}`,
      'extensions.storage.checkpoint_interval=1s',
      'connectors.topology.correlation.wait=1s',
    ];
    let service: RunningService | undefined = await startServiceProcess(...sets);
    const senders = new Senders(() => service);
    for (let round = 0; round < ROUNDS; round++) {
      await sleep(random.below(LONGEST_ROUND_MS));
      const { pid } = service!;
      service = undefined;
      process.kill(pid, 'SIGKILL');
      service = await startServiceProcess(...sets);
    }
    await senders.end();
    const { acknowledged, sentAgain } = senders;
    expect(acknowledged).toBeGreaterThan(100);
    expect(sentAgain).toBeGreaterThan(0);
    const graph = await vi.waitFor(async () => {
      const answer = await fetch(`http://${service!.api}/v1/graph`);
      const document = (await answer.json()) as GraphDocument;
      expect(document.stats.spans.pending).toBe(0);
      return document;
    }, PATIENCE);
    senders.expectEachOnce(graph, SEED);
    expect(await service!.stop()).toBe(0);
  },
  60_000 + ROUNDS * 15_000,
);
