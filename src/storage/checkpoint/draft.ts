/**
 * A checkpoint in the making: pieces of sections in their order → packs on the disk. Nothing refers to them before the
 * manifest does.
 */
import { crc32 } from 'node:zlib';
import type { Disk, NewFile } from '../disk.ts';
import { CHECKPOINTS, familyOf, packName, packPath, type SectionPlace } from './checkpoint.ts';
import type { SparePacks } from './packs.ts';

/** So much of a section, or the end of it. */
export interface Piece {
  readonly section: string;
  readonly bytes: number;
  readonly ends: boolean;
}

/** Families are names of files. */
const FAMILY = /^[a-z][a-z0-9_-]*$/;
/** Bytes that may wait for the disk to take them: what is synced at once holds up the syncs of the journal. */
const UNSYNCED_BYTES = 4 << 20;

interface Pack {
  readonly name: string;
  readonly file: NewFile;
  end: number;
  unsynced: number;
  /** The section under way. */
  from: number;
  crc: number;
}

export class Draft {
  readonly id: number;
  readonly sections: SectionPlace[] = [];
  bytes = 0;
  private readonly disk: Disk;
  private readonly files: string[] = [];
  private readonly packs = new Map<string, Pack>();
  private readonly spares: SparePacks | undefined;

  /** @param spares packs that it may write over. */
  constructor(disk: Disk, id: number, spares?: SparePacks) {
    this.disk = disk;
    this.id = id;
    this.spares = spares;
  }

  /** @param pieces of these bytes, one behind the other. */
  write(bytes: Uint8Array, pieces: readonly Piece[]): void {
    let from = 0;
    let at = 0;
    let pack: Pack | undefined;
    for (const piece of pieces) {
      const other = this.packOf(familyOf(piece.section));
      if (other !== pack) {
        if (pack !== undefined) this.append(pack, bytes.subarray(from, at));
        pack = other;
        from = at;
      }
      pack.crc = crc32(bytes.subarray(at, at + piece.bytes), pack.crc);
      at += piece.bytes;
      pack.end += piece.bytes;
      if (piece.ends) this.endSection(pack, piece.section);
    }
    if (pack !== undefined) this.append(pack, bytes.subarray(from, at));
    this.bytes += at;
  }

  /** Afterwards all of it is on the disk, also that it is there. */
  sync(): void {
    for (const { file } of this.packs.values()) file.sync();
    this.close();
    this.disk.syncDirectory(CHECKPOINTS);
  }

  /** Gives it up. What cannot be removed now is at the next occasion. */
  remove(): void {
    try {
      this.close();
      for (const file of this.files) this.disk.remove(file);
    } catch {}
  }

  private close(): void {
    for (const { file } of this.packs.values()) file.close();
    this.packs.clear();
  }

  private packOf(family: string): Pack {
    const open = this.packs.get(family);
    if (open !== undefined) return open;
    if (!FAMILY.test(family)) throw new Error(`the family "${family}" of sections cannot be the name of a file`);
    const name = packName(this.id, family);
    const path = packPath(name);
    this.files.push(path);
    const file = this.spares?.reuse(family, path) ?? this.disk.create(path);
    const pack = { name, file, end: 0, unsynced: 0, from: 0, crc: 0 };
    this.packs.set(family, pack);
    return pack;
  }

  private append(pack: Pack, bytes: Uint8Array): void {
    if (bytes.length > 0) pack.file.append(bytes);
    pack.unsynced += bytes.length;
    if (pack.unsynced < UNSYNCED_BYTES) return;
    pack.file.sync();
    pack.unsynced = 0;
  }

  private endSection(pack: Pack, name: string): void {
    const { from, end, crc } = pack;
    this.sections.push({ name, pack: pack.name, at: from, bytes: end - from, crc });
    pack.from = end;
    pack.crc = 0;
  }
}
