/** A data directory as a process that was killed leaves it: two checkpoints, and frames behind them. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { call, checkpoints, edgesOf, type Serving, serve } from './serving.ts';

export interface LeftDirectory {
  /** Removed at the end, with all that is in it. */
  readonly root: string;
  /** Within it; tests leave it as it is. */
  readonly original: string;
  /** What the process answered at last. */
  readonly edges: readonly string[];
  /** Path of a copy, for one test. */
  copy(): string;
}

/**
 * Made before the tests of a file; nothing of it may be asked for earlier.
 * @param ageMs how old what was sent is. @param ask what else the process is asked before it is killed.
 */
export function leftDirectory(ageMs = 0, ask: (serving: Serving) => Promise<void> = async () => {}): LeftDirectory {
  let root = '';
  let edges: readonly string[] = [];
  let copies = 0;
  const original = () => join(root, 'original');
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'tacit-left-'));
    const serving = await serve(original());
    await call(serving, 0, 20, ageMs);
    const first = await checkpoints(serving, 0);
    await call(serving, 20, 40, ageMs);
    await checkpoints(serving, first);
    await call(serving, 40, 50, ageMs);
    edges = await edgesOf(serving);
    await ask(serving);
    serving.child.signal('SIGKILL');
    await serving.child.ended;
    expect(edges).toHaveLength(5);
  }, 60_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return {
    get root() {
      return root;
    },
    get original() {
      return original();
    },
    get edges() {
      return edges;
    },
    copy() {
      const path = join(root, `copy-${++copies}`);
      cpSync(original(), path, { recursive: true });
      onTestFinished(() => rmSync(path, { recursive: true, force: true }));
      return path;
    },
  };
}
