/** A real process is killed, or ended, at any moment, under load, again and again: what it acknowledged is there, each call once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { MortalService } from '../kits/sdk/mortal-service.ts';
import type { RunningService } from '../kits/sdk/service-process.ts';
import { Senders } from '../kits/senders.ts';
import { Random } from '../oracle/random.ts';

const ROUNDS = Number(process.env.TACIT_KILL_ROUNDS ?? 4);
const SEED = Number(process.env.TACIT_KILL_SEED ?? 1);
const STOPS = 3;
const SHUTDOWN_MS = 5000;
const LONGEST_ROUND_MS = 2000;
const PATIENCE = { timeout: 30_000, interval: 100 };

it(
  `every acknowledged call is counted once, over ${ROUNDS} deaths`,
  async () => {
    const random = new Random(SEED);
    const mortal = new MortalService();
    await mortal.start();
    const senders = new Senders(() => mortal.running);
    const service = await mortal.dieOften(ROUNDS, random, LONGEST_ROUND_MS);
    await expectEachOnce(senders, service);
  },
  60_000 + ROUNDS * 15_000,
);

it(`every acknowledged call is counted once, over ${STOPS} ends under load, each within shutdown_timeout`, async () => {
  const random = new Random(SEED);
  const mortal = new MortalService(`service.shutdown_timeout=${SHUTDOWN_MS}ms`);
  await mortal.start();
  const senders = new Senders(() => mortal.running);
  for (let round = 0; round < STOPS; round++) {
    await sleep(500 + random.below(LONGEST_ROUND_MS));
    const { code, ms } = await mortal.end();
    expect({ round, code, inTime: ms < SHUTDOWN_MS }).toEqual({ round, code: 0, inTime: true });
    await mortal.start();
  }
  await expectEachOnce(senders, mortal.running!);
}, 180_000);

async function expectEachOnce(senders: Senders, service: RunningService): Promise<void> {
  await senders.end();
  const { acknowledged, sentAgain } = senders;
  expect(acknowledged).toBeGreaterThan(100);
  expect(sentAgain).toBeGreaterThan(0);
  const graph = await vi.waitFor(async () => {
    const answer = await fetch(`http://${service.api}/v1/graph`);
    const document = (await answer.json()) as GraphDocument;
    expect(document.stats.spans.pending).toBe(0);
    return document;
  }, PATIENCE);
  senders.expectEachOnce(graph, SEED);
  expect(await service.stop()).toBe(0);
}
