/** A real process is killed at any moment while new calls come: a reader of the stream is told each change once, in order. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openStream } from '../../src/cli/output/event-stream.ts';
import type { Change } from '../../src/contract/change.ts';
import { allChanges } from '../kits/all-changes.ts';
import { NewCalls } from '../kits/new-calls.ts';
import { MortalService } from '../kits/sdk/mortal-service.ts';
import type { RunningService } from '../kits/sdk/service-process.ts';
import { Random } from '../oracle/random.ts';

const ROUNDS = Number(process.env.TACIT_KILL_ROUNDS ?? 2);
const SEED = Number(process.env.TACIT_KILL_SEED ?? 1);
const LONGEST_ROUND_MS = 1500;
const PAUSE_MS = 10;

/** Reads the stream as a browser does: with the last id, again and again. */
class Reader {
  readonly texts: string[] = [];
  readonly others: string[] = [];
  connections = 0;
  private last = '0';
  private isOver = false;

  async run(service: () => RunningService | undefined): Promise<void> {
    while (!this.isOver) {
      const running = service();
      const url = new URL(`http://${running?.api ?? '127.0.0.1:1'}/v1/changes/stream`);
      const answer = await openStream(url, { 'last-event-id': this.last }, {}).catch(() => undefined);
      if (answer?.status !== 200) {
        await sleep(PAUSE_MS);
        continue;
      }
      this.connections++;
      for await (const { id, event, data } of answer.events) {
        if (id !== undefined) this.last = id;
        if (event?.includes('.')) this.texts.push(data!);
        else if (event !== undefined) this.others.push(event);
        if (this.isOver) break;
      }
    }
  }

  end(): void {
    this.isOver = true;
  }
}

it(
  `every change is told once, over ${ROUNDS} deaths`,
  async () => {
    const random = new Random(SEED);
    const mortal = new MortalService();
    await mortal.start();
    const reader = new Reader();
    const reading = reader.run(() => mortal.running);
    const traffic = new NewCalls(() => mortal.running);
    const service = await mortal.dieOften(ROUNDS, random, LONGEST_ROUND_MS);
    await sleep(LONGEST_ROUND_MS);
    await traffic.end();
    const told = () => reader.texts.map(text => JSON.parse(text) as Change);
    const calls = () => told().filter(({ type }) => type === 'edge.appeared');
    while (calls().length < traffic.acknowledged) await sleep(PAUSE_MS);
    const kept = await allChanges(service);
    while (reader.texts.length < kept.length) await sleep(PAUSE_MS);
    reader.end();
    expect(await service.stop()).toBe(0);
    await reading;
    expect(told().map(({ seq }) => seq)).toEqual(kept.map((_, i) => kept[0]!.seq + i));
    expect(told()).toEqual(kept);
    const edges = calls().map(({ edge }) => edge!.id);
    expect([edges.length, new Set(edges).size]).toEqual([traffic.acknowledged, traffic.acknowledged]);
    expect(reader.others).toEqual([]);
    expect(reader.connections).toBeGreaterThan(ROUNDS / 2);
  },
  120_000 + ROUNDS * 30_000,
);
