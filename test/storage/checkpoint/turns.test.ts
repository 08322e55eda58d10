import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/contract/clock.ts';
import type { ImageWriter, Kept } from '../../../src/contract/image.ts';
import { keeperInProcess, type LinkKeeper } from '../../../src/storage/checkpoint/keeper-link.ts';
import { manifestFile } from '../../../src/storage/checkpoint/manifest-file.ts';
import type { FromKeeper } from '../../../src/storage/checkpoint/messages.ts';
import { FileSystemDisk } from '../../../src/storage/file-system-disk.ts';
import { openStorage, type Storage } from '../../../src/storage/storage.ts';
import { loaded, quiet, Slabs, taken, temporaryDirectory } from './checkpoint-kit.ts';

/** Time that passes with the work of a part: a millisecond a step. */
class Steps implements Kept {
  /** Steps since other work had its turn. */
  inTurn = 0;
  longest = 0;
  turns = 0;
  nowMs = 0;
  private readonly part: Kept;

  constructor(part: Kept) {
    this.part = part;
  }

  *save(): Iterable<void> {}

  *ahead(out: ImageWriter, round: number): Iterable<void> {
    for (const _ of round > 0 ? [] : this.part.save(out)) {
      this.nowMs++;
      this.longest = Math.max(this.longest, ++this.inTurn);
      yield;
    }
  }

  *load(): Iterable<void> {}

  later(run: () => void): void {
    queueMicrotask(() => {
      this.turns++;
      this.inTurn = 0;
      run();
    });
  }
}

/** Answers come only when they are let through. */
function slowly(connect: LinkKeeper, waiting: (() => void)[]): LinkKeeper {
  return ({ take, ended }) =>
    connect({
      take: (message: FromKeeper) => {
        if (message.type === 'free') waiting.push(() => take(message));
        else take(message);
      },
      ended,
    });
}

function openedWith(
  steps: Steps,
  connect = (link: LinkKeeper) => link,
  path: string = temporaryDirectory(),
): Promise<Storage> {
  const disk = new FileSystemDisk(path);
  const keeper = connect(keeperInProcess({ path, disk, source: manifestFile(path), now: () => 0 }));
  const turns = { monotonic: () => steps.nowMs, later: (run: () => void) => steps.later(run) };
  return openStorage({ path, onCorruption: 'refuse' }, quiet, undefined, { disk, keeper, turns, clock: systemClock });
}

describe('a checkpoint', () => {
  it('of 300 MB gives other work a turn every two steps', async () => {
    const slabs = new Slabs('rows', 75, 4 << 20);
    const steps = new Steps(slabs);
    const storage = await openedWith(steps);
    const report = await storage.checkpoint(taken(1, [steps]));
    expect(report.bytes).toBeGreaterThan(300e6);
    // A step copies a buffer of the pool at most: 1 MiB.
    expect(steps.nowMs).toBeGreaterThanOrEqual(300);
    expect(steps.longest).toBeLessThanOrEqual(2);
    expect(steps.turns).toBeGreaterThanOrEqual(150);
    await storage.close();
  });

  it('waits for a slow disk with no more than the pool in memory', async () => {
    const slabs = new Slabs('rows', 75, 1 << 20);
    const steps = new Steps(slabs);
    const waiting: (() => void)[] = [];
    const storage = await openedWith(steps, link => slowly(link, waiting));
    let isCopied = false;
    const saving = storage.checkpoint(
      taken(1, [steps], () => {
        isCopied = true;
      }),
    );
    let most = 0;
    while (!isCopied) {
      await new Promise(setImmediate);
      most = Math.max(most, waiting.length);
      waiting.shift()?.();
    }
    expect(most).toBeGreaterThan(10);
    expect(most).toBeLessThanOrEqual(16);
    await saving;
    await storage.close();
  });

  it('may change as soon as it was copied', async () => {
    const slabs = new Slabs('rows', 3, 1000);
    const steps = new Steps(slabs);
    const path = temporaryDirectory();
    const storage = await openedWith(steps, undefined, path);
    const before = slabs.slabs.map(slab => slab.slice());
    await storage.checkpoint(taken(1, [steps], () => slabs.change(1)));
    await storage.close();
    const { found } = await openedWith(steps, undefined, path);
    expect(loaded(found!.image, slabs)[0]!.slabs).toEqual(before);
  });

  it('whose thread ends fails, and the next begins another thread and is written whole', async () => {
    const slabs = new Slabs('rows', 3, 1000);
    const steps = new Steps(slabs);
    const links: (() => void)[] = [];
    const mortal = (connect: LinkKeeper): LinkKeeper => {
      return ({ take, ended }) => {
        let isGone = false;
        const link = connect({ take: message => void (isGone || take(message)), ended: () => {} });
        links.push(() => {
          isGone = true;
          link.send({ type: 'close' });
          ended(new Error('out of memory'));
        });
        return {
          send(message) {
            link.send(message);
            if (message.type === 'close') ended(undefined);
          },
        };
      };
    };
    const storage = await openedWith(steps, mortal);
    expect((await storage.checkpoint(taken(1, [steps]))).writtenBytes).toBeGreaterThan(3000);
    slabs.change(1);
    await expect(storage.checkpoint(taken(2, [steps], () => links[0]!()))).rejects.toThrow('ended: out of memory');
    expect(storage.status()).toMatchObject({ failures: 1, last: { frame: 1 } });
    const third = await storage.checkpoint(taken(3, [steps]));
    expect(third).toMatchObject({ frame: 3, neededFrom: 2, writtenBytes: third.bytes });
    expect(links).toHaveLength(2);
    await storage.close();
  });
});
