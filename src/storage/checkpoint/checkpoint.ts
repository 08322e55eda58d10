/**
 * What a checkpoint is: the state at one frame as sections, which stand in pack files, and a manifest that says where.
 * A pack holds sections of one family, `checkpoints/<id>-<family>.pack`; a section that did not change since stays in
 * the pack of an earlier checkpoint.
 */
import type { FrameSettings } from '../../contract/frame.ts';

export const CHECKPOINTS = 'checkpoints';
/** The newest, and the one a start falls back on. */
export const KEPT_CHECKPOINTS = 2;

/** Where in the order of frames a checkpoint is taken. */
export interface CheckpointMoment {
  /** All frames up to this one are in the state. */
  readonly frame: number;
  /** Its stamp. */
  readonly stampMs: number;
  /** Number of the last frame that is known to be on the disk. */
  readonly durable: number;
  /** Those in force. */
  readonly settings: FrameSettings;
}

export interface Checkpoint extends CheckpointMoment {
  /** Counts checkpoints; none has that of another. */
  readonly id: number;
  readonly createdMs: number;
  /** Of all its sections. */
  readonly bytes: number;
  /** Of those that were written for it. */
  readonly writtenBytes: number;
}

export interface SectionPlace {
  readonly name: string;
  /** `<id>-<family>`. */
  readonly pack: string;
  readonly at: number;
  readonly bytes: number;
  readonly crc: number;
}

export function packName(id: number, family: string): string {
  return `${String(id).padStart(8, '0')}-${family}`;
}

export function idOfPack(pack: string): number {
  return Number.parseInt(pack, 10);
}

export function packPath(pack: string): string {
  return `${CHECKPOINTS}/${pack}.pack`;
}

/** Of the name or the path of a pack. */
export function familyOfPack(pack: string): string {
  return pack.slice(pack.indexOf('-') + 1).replace(/\.pack$/, '');
}

export function familyOf(section: string): string {
  const slash = section.indexOf('/');
  return slash < 0 ? section : section.slice(0, slash);
}
