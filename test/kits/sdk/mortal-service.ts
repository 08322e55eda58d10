/** A real service that is killed and starts again on the same data: what runs now, and what a client may ask at any time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../oracle/random.ts';
import { dataDirectory } from '../data-directory.ts';
import { type RunningService, startServiceProcess } from './service-process.ts';

export class MortalService {
  /** Undefined while it is dead. */
  running: RunningService | undefined;
  private readonly sets: readonly string[];

  /** @param sets further `key=value` settings. */
  constructor(...sets: readonly string[]) {
    this.sets = [
      `extensions.storage.path=${dataDirectory()}`,
      'extensions.storage.checkpoint_interval=1s',
      'connectors.topology.correlation.wait=1s',
      ...sets,
    ];
  }

  async start(): Promise<RunningService> {
    this.running = await startServiceProcess(...this.sets);
    return this.running;
  }

  kill(): void {
    const { pid } = this.running!;
    this.running = undefined;
    process.kill(pid, 'SIGKILL');
  }

  /** Asks it to end while clients go on: its exit code, and how long it took. */
  async end(): Promise<{ readonly code: number | null; readonly ms: number }> {
    const began = performance.now();
    const code = await this.running!.stop();
    this.running = undefined;
    return { code, ms: performance.now() - began };
  }

  /** Dies so often, each time after at most so long, and lives in the end. */
  async dieOften(rounds: number, random: Random, longestMs: number): Promise<RunningService> {
    for (let round = 0; round < rounds; round++) {
      await sleep(random.below(longestMs));
      this.kill();
      await this.start();
    }
    return this.running!;
  }
}
