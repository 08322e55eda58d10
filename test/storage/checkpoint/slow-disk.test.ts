/** A table that goes on changing while a disk takes it byte by byte: how little is left for when nothing may change. */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/contract/clock.ts';
import type { ImageReader, ImageWriter, Kept } from '../../../src/contract/image.ts';
import { ChangedLines, type LinedTable } from '../../../src/lib/changed-lines.ts';
import type { CheckpointReport } from '../../../src/storage/checkpoint/checkpoints.ts';
import { keeperInProcess, type LinkKeeper } from '../../../src/storage/checkpoint/keeper-link.ts';
import { manifestFile } from '../../../src/storage/checkpoint/manifest-file.ts';
import type { ToKeeper } from '../../../src/storage/checkpoint/messages.ts';
import { FileSystemDisk } from '../../../src/storage/file-system-disk.ts';
import { openStorage } from '../../../src/storage/storage.ts';
import { Random } from '../../oracle/random.ts';
import { at, quiet, temporaryDirectory } from './checkpoint-kit.ts';

const LINES = 1 << 16;
const LINE_BYTES = 64;
const BUFFER_BYTES = 1 << 16;
/** Buffers that what is left must find room in. */
const MOST_LEFT = 4 * BUFFER_BYTES;
/** The table is never changed for so long. */
const MOST_TURNS = 1000;
const SEEDS = 12;

class Table implements Kept {
  readonly lines = new ChangedLines('table', LINES, 10);
  readonly bytes = new Uint8Array(new SharedArrayBuffer(LINES * LINE_BYTES));
  private readonly tables: readonly LinedTable[] = [{ name: 'table/bytes', array: this.bytes, width: LINE_BYTES }];

  change(random: Random): void {
    const line = random.below(LINES);
    this.bytes.fill(random.below(256), line * LINE_BYTES, (line + 1) * LINE_BYTES);
    this.lines.touch(line);
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return this.lines.ahead(out, round, () => this.tables);
  }

  save(out: ImageWriter): Iterable<void> {
    return this.lines.save(out, () => this.tables);
  }

  load(from: ImageReader): Iterable<void> {
    return this.lines.load(from, this.tables);
  }
}

/** What is said to a keeper gets there as the disk takes it. */
class SlowDisk {
  private readonly waiting: (() => void)[] = [];
  private readonly costs: number[] = [];
  private owed = 0;

  before(connect: LinkKeeper): LinkKeeper {
    return listener => {
      const link = connect(listener);
      const send = (message: ToKeeper) => {
        this.waiting.push(() => link.send(message));
        this.costs.push(bytesOf(message));
      };
      return { send };
    };
  }

  take(bytes: number): void {
    for (this.owed += bytes; this.waiting.length > 0 && this.costs[0]! <= this.owed; ) {
      this.owed -= this.costs.shift()!;
      this.waiting.shift()!();
    }
    if (this.waiting.length === 0) this.owed = 0;
  }
}

function bytesOf(message: ToKeeper): number {
  if (message.type === 'shared') return message.memory.length;
  return message.type === 'pieces' ? message.pieces.reduce((sum, { bytes }) => sum + bytes, 0) : 0;
}

interface Outcome {
  readonly report: CheckpointReport;
  /** When nothing might change. */
  readonly atPause: Uint8Array;
  readonly loaded: Uint8Array;
}

/** @param share bytes that change while the disk takes one. @param rests the disk takes nothing while nothing may change. */
async function checkpointBeside(random: Random, share: number, rests: boolean): Promise<Outcome> {
  const path = temporaryDirectory();
  const disk = new FileSystemDisk(path);
  const slow = new SlowDisk();
  let nowMs = 0;
  const turns = { monotonic: () => (nowMs += 0.05), later: (run: () => void) => void setImmediate(run) };
  const keeper = keeperInProcess({ path, disk, source: manifestFile(path), now: () => 0 });
  const parts = { disk, turns, clock: systemClock, bufferBytes: BUFFER_BYTES };
  const opening = openStorage({ path, onCorruption: 'refuse' }, quiet, undefined, {
    ...parts,
    keeper: slow.before(keeper),
  });
  slow.take(0);
  const storage = await opening;
  const table = new Table();
  for (let i = 0; i < LINES; i++) table.change(random);
  let then: Uint8Array | undefined;
  let isOver = false;
  const saving = storage.checkpoint({
    parts: [table],
    pause: async () => {
      then = table.bytes.slice();
      return at(1);
    },
    copied: () => {
      isOver = true;
    },
  });
  const speed = BUFFER_BYTES * (0.3 + random.below(30) / 10);
  let left = MOST_TURNS;
  for (let isDone = false; !isDone; ) {
    const isStill = then !== undefined && !isOver;
    if (isStill && --left === 0) throw new Error('what is left waits for the disk');
    if (!(isStill && rests)) slow.take(speed);
    for (let bytes = isStill ? 0 : speed * share; bytes > 0; bytes -= LINE_BYTES) table.change(random);
    isDone = await Promise.race([saving.then(() => true), turnOfTheLoop(false)]);
  }
  const report = await saving;
  const closing = storage.close();
  slow.take(0);
  await closing;
  const again = await openStorage({ path, onCorruption: 'refuse' }, quiet, undefined, { ...parts, keeper });
  const anew = new Table();
  const { image } = again.found!;
  for (const _ of anew.load(image)) await image.filled();
  await again.close();
  return { report, atPause: then!, loaded: anew.bytes };
}

describe('a checkpoint on a slow disk', () => {
  it(`leaves little for when nothing may change, and does not wait for the disk then (${SEEDS} seeds)`, async () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const random = new Random(seed);
      const share = 0.1 + random.below(50) / 100;
      const { report, atPause, loaded } = await checkpointBeside(random, share, true);
      expect({ seed, share, keptUp: report.keptUp }).toEqual({ seed, share, keptUp: true });
      expect({ seed, share, isLittle: report.pausedBytes <= MOST_LEFT }).toEqual({ seed, share, isLittle: true });
      expect(Buffer.compare(loaded, atPause)).toBe(0);
    }
  }, 60_000);

  it('that is slower than what changes is taken all the same, and says so', async () => {
    for (let seed = 0; seed < 3; seed++) {
      const random = new Random(seed);
      const { report, atPause, loaded } = await checkpointBeside(random, 2 + random.below(3), false);
      expect({ seed, keptUp: report.keptUp }).toEqual({ seed, keptUp: false });
      expect(Buffer.compare(loaded, atPause)).toBe(0);
    }
  }, 60_000);
});
