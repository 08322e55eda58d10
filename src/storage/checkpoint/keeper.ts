/**
 * Keeps the checkpoints of a data directory: takes their pieces, commits them, and removes what is not needed any more.
 * Everything happens in the call, whatever thread it is in. A checkpoint that fails leaves those before it as they were.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { DatabaseSource } from '../database-file.ts';
import type { Disk } from '../disk.ts';
import {
  CHECKPOINTS,
  type Checkpoint,
  type CheckpointMoment,
  idOfPack,
  KEPT_CHECKPOINTS,
  type SectionPlace,
} from './checkpoint.ts';
import { Draft, type Piece } from './draft.ts';
import { type ListedCheckpoint, type Manifest, prepareManifest } from './manifest.ts';
import { MANIFEST } from './manifest-file.ts';
import type { Committed, FromKeeper, Opened, ToKeeper } from './messages.ts';
import type { StorageFormat } from './migrations.ts';
import { removeUnneeded, SparePacks, setPacksAside } from './packs.ts';
import { damaged, isDamage, refusalOf } from './refusals.ts';
import { withSums } from './stored-slabs.ts';
import { damageOfCheckpoint } from './verify.ts';

/** Between two messages about the progress of the check. */
const PROGRESS_BYTES = 16 << 20;

export interface KeeperParts {
  /** Of the directory, for messages. */
  readonly path: string;
  readonly disk: Disk;
  readonly source: DatabaseSource;
  readonly now: () => number;
  readonly answer: (message: FromKeeper) => void;
  readonly format?: StorageFormat;
  /** Packs of at least so many bytes are written over when they are not needed any more. */
  readonly spareBytes?: number;
}

export class Keeper {
  private readonly parts: KeeperParts;
  private pool: readonly SharedArrayBuffer[] = [];
  private db: DatabaseSync | undefined;
  private manifest!: Manifest;
  /** Sections of the newest checkpoint. */
  private newest: ReadonlyMap<string, SectionPlace> = new Map();
  /** Slabs that the process has, whether or not a checkpoint has them. */
  private readonly held = new Map<string, SectionPlace>();
  private lastId = 0;
  private attempts = 0;
  private draft: Draft | undefined;
  private copy = new Uint8Array(0);
  private readonly spares: SparePacks;

  constructor(parts: KeeperParts) {
    this.parts = parts;
    this.spares = new SparePacks(parts.disk, parts.spareBytes);
  }

  take(message: ToKeeper): void {
    switch (message.type) {
      case 'open':
        this.pool = message.pool;
        for (const place of message.held) this.held.set(place.name, place);
        return this.open(message.onCorruption);
      case 'begin':
        this.attempts = message.attempt;
        return this.attempt(() => this.begin());
      case 'pieces':
        this.attempt(() => this.write(message.buffer, message.pieces));
        return this.parts.answer({ type: 'free', buffer: message.buffer });
      case 'shared':
        this.attempt(() => this.writeShared(message.section, message.memory));
        return this.parts.answer({ type: 'taken' });
      case 'commit':
        return this.attempt(() => this.commit(message.moment, message.standing));
      case 'abort':
        return this.giveUp();
      case 'store':
        return this.store(message.name, message.memory, message.blockBytes);
      case 'release':
        this.held.delete(message.name);
        return;
      case 'close':
        this.close();
        return this.parts.answer({ type: 'closed' });
    }
  }

  /** Lets go of the directory. */
  close(): void {
    this.giveUp();
    this.spares.remove();
    this.letGo();
  }

  private letGo(): void {
    if (this.db !== undefined) this.parts.source.close(this.db);
    this.db = undefined;
  }

  private open(onCorruption: 'skip' | 'refuse'): void {
    const { answer } = this.parts;
    try {
      answer({ type: 'opened', opened: this.opened(onCorruption) });
    } catch (error) {
      this.close();
      const { message, hint } = refusalOf(error, this.parts.path);
      answer({ type: 'refused', message, hint });
    }
  }

  private opened(onCorruption: 'skip' | 'refuse'): Opened {
    const problems: string[] = [];
    const listed = this.listOrAnew(onCorruption, problems);
    const wrong: string[] = [];
    const found = listed.find(checkpoint => {
      const damage = this.damageOf(checkpoint);
      if (damage.length > 0) wrong.push(`the checkpoint at frame ${checkpoint.frame} is damaged: ${damage.join('; ')}`);
      return damage.length === 0;
    });
    if (found === undefined && wrong.length > 0) problems.push(...this.startAnew(onCorruption, wrong));
    else if (found !== undefined && wrong.length > 0) {
      this.manifest.drop(listed.slice(0, listed.indexOf(found)).map(({ id }) => id));
      problems.push(...wrong, `the checkpoint at frame ${found.frame} is used, and the journal from there on`);
    }
    return { found: this.adopt(found), problems, diskBytes: this.clean() };
  }

  private adopt(found: ListedCheckpoint | undefined): Opened['found'] {
    if (found === undefined) return undefined;
    const { sections, isIntact: _, ...checkpoint } = found;
    this.newest = byName(sections);
    return { checkpoint, sections };
  }

  private listOrAnew(onCorruption: 'skip' | 'refuse', problems: string[]): readonly ListedCheckpoint[] {
    try {
      return this.openManifest();
    } catch (error) {
      if (!isDamage(error)) throw error;
      problems.push(...this.startAnew(onCorruption, [`${MANIFEST} is damaged: ${(error as Error).message}`]));
      return [];
    }
  }

  private openManifest(): readonly ListedCheckpoint[] {
    this.db = this.parts.source.open();
    const held = this.heldPacks();
    const mayBeEmpty = this.parts.disk.list(CHECKPOINTS).every(name => held.has(name.replace(/\.pack$/, '')));
    this.manifest = prepareManifest(this.db, mayBeEmpty, this.parts.format);
    const listed = this.manifest.list();
    const ids = [...this.manifest.packs(), ...held].map(idOfPack);
    this.lastId = Math.max(listed[0]?.id ?? 0, ...ids);
    return listed;
  }

  /** Nothing of what is here can be used: puts it out of the way, for somebody to look at, if that was asked for. */
  private startAnew(onCorruption: 'skip' | 'refuse', wrong: readonly string[]): readonly string[] {
    const { disk, source, now, path } = this.parts;
    if (onCorruption === 'refuse') throw damaged(path, wrong);
    const suffix = `.damaged-${new Date(now()).toISOString().replace(/[-:]|\.\d+/g, '')}`;
    this.letGo();
    source.setAside(suffix);
    setPacksAside(disk, CHECKPOINTS + suffix, this.heldPacks());
    this.openManifest();
    const outcome = `no checkpoint can be used, only what the journal still has; what was there is kept as *${suffix}`;
    return [...wrong, outcome];
  }

  private damageOf(checkpoint: ListedCheckpoint): readonly string[] {
    const { bytes: totalBytes } = checkpoint;
    let bytes = 0;
    let told = 0;
    return damageOfCheckpoint(this.parts.disk, checkpoint, count => {
      bytes += count;
      if (bytes - told < PROGRESS_BYTES && bytes < totalBytes) return;
      told = bytes;
      this.parts.answer({ type: 'progress', bytes, totalBytes });
    });
  }

  private begin(): void {
    this.giveUp();
    this.draft = new Draft(this.parts.disk, ++this.lastId, this.spares);
  }

  /** What comes after a failure belongs to nothing. */
  private write(buffer: number, pieces: readonly Piece[]): void {
    this.draft?.write(new Uint8Array(this.pool[buffer]!), pieces);
  }

  /** The memory may change while it is copied, but not what is written. */
  private writeShared(section: string, memory: Uint8Array): void {
    if (this.draft === undefined) return;
    if (this.copy.length < memory.length) this.copy = new Uint8Array(memory.length);
    this.copy.set(memory);
    this.draft.write(this.copy.subarray(0, memory.length), [{ section, bytes: memory.length, ends: true }]);
  }

  private commit(moment: CheckpointMoment, standing: readonly string[]): void {
    const { draft } = this;
    if (draft === undefined) return;
    draft.sync();
    const sections = [...draft.sections, ...standing.map(name => this.standing(name))];
    const bytes = sections.reduce((sum, section) => sum + section.bytes, 0);
    const created = { id: draft.id, createdMs: this.parts.now(), bytes, writtenBytes: draft.bytes };
    const { frame, stampMs, durable, settings } = moment;
    const checkpoint = { frame, stampMs, durable, settings, ...created };
    // Whether a commit that failed is on the disk, nobody knows: its packs stay until another one succeeds.
    this.draft = undefined;
    this.manifest.commit(checkpoint, sections, KEPT_CHECKPOINTS);
    this.newest = byName(sections);
    this.parts.answer({ type: 'committed', committed: this.committed(checkpoint) });
  }

  private committed(checkpoint: Checkpoint): Committed {
    const before = this.manifest.list().find(({ id }) => id !== checkpoint.id);
    return { checkpoint, neededFrom: before === undefined ? 0 : before.frame + 1, diskBytes: this.clean(this.spares) };
  }

  /** What cannot be removed now is at the next occasion. */
  private clean(spares?: SparePacks): number {
    const { disk } = this.parts;
    try {
      disk.makeDirectory(CHECKPOINTS);
      return removeUnneeded(disk, new Set([...this.manifest.packs(), ...this.heldPacks()]), spares);
    } catch {
      return -1;
    }
  }

  private standing(name: string): SectionPlace {
    const place = this.newest.get(name) ?? this.held.get(name);
    if (place === undefined) throw new Error(`the checkpoint before has no section ${name}`);
    return place;
  }

  private store(name: string, memory: Int32Array<SharedArrayBuffer>, blockBytes: number): void {
    const { disk, answer } = this.parts;
    const draft = new Draft(disk, ++this.lastId);
    try {
      if (this.db === undefined) throw new Error('the directory is not this one’s');
      disk.makeDirectory(CHECKPOINTS);
      const bytes = withSums(new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength), blockBytes);
      draft.write(bytes, [{ section: name, bytes: bytes.length, ends: true }]);
      draft.sync();
      const [place] = draft.sections;
      this.held.set(name, place!);
      answer({ type: 'stored', name, place });
    } catch {
      draft.remove();
      answer({ type: 'stored', name, place: undefined });
    }
  }

  private heldPacks(): ReadonlySet<string> {
    return new Set([...this.held.values()].map(({ pack }) => pack));
  }

  private attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.giveUp();
      this.spares.remove();
      this.parts.answer({ type: 'failed', attempt: this.attempts, message: (error as Error).message });
    }
  }

  private giveUp(): void {
    this.draft?.remove();
    this.draft = undefined;
  }
}

function byName(sections: readonly SectionPlace[]): ReadonlyMap<string, SectionPlace> {
  return new Map(sections.map(section => [section.name, section]));
}
