/** What tests of checkpoints have in common: parts with state of a given size, directories, and storage over them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { FrameSettings } from '../../../src/contract/frame.ts';
import { NO_RULES } from '../../../src/contract/identity-rules.ts';
import type { ImageReader, ImageWriter, Kept } from '../../../src/contract/image.ts';
import { LIFE_CYCLE } from '../../../src/contract/life-cycle.ts';
import type { Logger } from '../../../src/contract/logger.ts';
import { sectionName } from '../../../src/lib/section-name.ts';
import type { CheckpointMoment } from '../../../src/storage/checkpoint/checkpoint.ts';
import type { CheckpointReport, CheckpointSource } from '../../../src/storage/checkpoint/checkpoints.ts';
import { openStorage, type Storage } from '../../../src/storage/storage.ts';

export const SETTINGS: FrameSettings = {
  waitMs: 10_000,
  lateMs: 300_000,
  messageWaitMs: 86_400_000,
  onlyCluster: '',
  maxNodes: 20_000,
  maxEdges: 200_000,
  maxPaths: 1_000_000,
  lifecycle: LIFE_CYCLE,
  rules: NO_RULES,
};

/** Sections of bytes with a version each, and a value without one. */
export class Slabs implements Kept {
  readonly family: string;
  readonly slabs: Uint8Array[];
  readonly versions: number[];

  constructor(family: string, slabs: number, bytes: number) {
    this.family = family;
    this.slabs = Array.from({ length: slabs }, (_, i) => new Uint8Array(bytes).fill(i + 1));
    this.versions = this.slabs.map(() => 1);
  }

  change(slab: number): void {
    this.slabs[slab]!.fill(++this.versions[slab]!);
  }

  *save(out: ImageWriter): Iterable<void> {
    out.value(this.family, { slabs: this.slabs.length, versions: this.versions });
    for (const [i, slab] of this.slabs.entries())
      yield* out.memory(sectionName(this.family, i), slab, this.versions[i]);
  }

  *load(from: ImageReader): Iterable<void> {
    const { slabs, versions } = from.value(this.family) as { slabs: number; versions: number[] };
    if (slabs !== this.slabs.length) throw new Error(`there are ${slabs} slabs`);
    for (const [i, slab] of this.slabs.entries()) {
      from.memory(sectionName(this.family, i), slab);
      this.versions[i] = versions[i]!;
      yield;
    }
  }
}

export function loaded(image: ImageReader, ...parts: Slabs[]): Slabs[] {
  return parts.map(({ family, slabs }) => {
    const anew = new Slabs(family, slabs.length, slabs[0]?.length ?? 0);
    for (const _ of anew.load(image));
    return anew;
  });
}

export function at(frame: number): CheckpointMoment {
  return { frame, stampMs: 1_700_000_000_000 + frame, durable: frame, settings: SETTINGS };
}

export function taken(frame: number, parts: readonly Kept[], copied: () => unknown = () => {}): CheckpointSource {
  return { parts, pause: async () => at(frame), copied };
}

export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'tacit-checkpoint-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export async function opened(path: string, onCorruption: 'skip' | 'refuse' = 'refuse'): Promise<Storage> {
  const storage = await openStorage({ path, onCorruption }, quiet);
  onTestFinished(() => storage.close());
  return storage;
}

/** A checkpoint during which nothing happens. */
export async function saved(storage: Storage, frame: number, ...parts: Kept[]): Promise<CheckpointReport> {
  return storage.checkpoint(taken(frame, parts));
}
