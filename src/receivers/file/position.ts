/**
 * How far a file was read, so that it is known again under whatever name: the offset, a hash of the bytes before it, and
 * where the system had it. As `Progress`: the topic is the path, the incarnation says the rest.
 */
import { hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Progress } from '../../contract/record.ts';

/** Bytes before the offset that tell one file from another: ids of spans and offsets of records are in them. */
export const MARK_BYTES = 1024;

export interface Position {
  readonly offset: number;
  /** Of the last `MARK_BYTES` before the offset, or all there are. */
  readonly mark: string;
  /** Device and inode. */
  readonly place: string;
}

/** @param before the bytes before the offset, at least `MARK_BYTES` of them where there are as many. */
export function markOf(before: Uint8Array): string {
  return hash('sha256', before.subarray(Math.max(0, before.length - MARK_BYTES)), 'hex').slice(0, 24);
}

export function positionOf(offset: number, before: Uint8Array, place: string): Position {
  return { offset, mark: markOf(before), place };
}

/** Whether it is the file that was read up to there. */
export async function stands(file: FileHandle, { offset, mark }: Position): Promise<boolean> {
  return markOf(await bytesBefore(file, offset)) === mark;
}

/** The last bytes before an offset; fewer where the file has not as many. */
export async function bytesBefore(file: FileHandle, offset: number): Promise<Buffer> {
  const length = Math.min(offset, MARK_BYTES);
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, offset - length);
  return bytes.subarray(0, bytesRead);
}

export function placeOf({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev}:${ino}`;
}

export function toProgress(receiver: string, path: string, { offset, mark, place }: Position): Progress {
  return { receiver, cluster: '', topic: path, incarnation: `${place} ${mark}`, partition: 0, next: offset };
}

export function fromProgress({ incarnation, next }: Progress): Position {
  const [place = '', mark = ''] = incarnation.split(' ');
  return { offset: next, mark, place };
}
