/** What the storage and the keeper of its checkpoints, in a thread of its own, tell each other. */
import type { Checkpoint, CheckpointMoment, SectionPlace } from './checkpoint.ts';
import type { Piece } from './draft.ts';

export type ToKeeper =
  /** First of all: takes the directory. */
  | {
      readonly type: 'open';
      readonly onCorruption: 'skip' | 'refuse';
      readonly pool: readonly SharedArrayBuffer[];
      /** Slabs that the process has, from another keeper: they are needed. */
      readonly held: readonly SectionPlace[];
    }
  | { readonly type: 'begin'; readonly attempt: number; readonly isAlone: boolean }
  /** The buffer of the pool is the keeper's until it is free. */
  | { readonly type: 'pieces'; readonly buffer: number; readonly pieces: readonly Piece[] }
  /** A section as it is in memory when it is taken. */
  | { readonly type: 'shared'; readonly section: string; readonly memory: Uint8Array<SharedArrayBuffer> }
  /** @param standing names of sections that are in it as they are in the checkpoint before. */
  | { readonly type: 'commit'; readonly moment: CheckpointMoment; readonly standing: readonly string[] }
  | { readonly type: 'abort' }
  /** Memory that does not change becomes a section by itself, which is needed until it is released. */
  | {
      readonly type: 'store';
      readonly name: string;
      readonly memory: Int32Array<SharedArrayBuffer>;
      readonly blockBytes: number;
    }
  | { readonly type: 'release'; readonly name: string }
  | { readonly type: 'close' };

export interface Opened {
  /** The newest that is intact. */
  readonly found: { readonly checkpoint: Checkpoint; readonly sections: readonly SectionPlace[] } | undefined;
  /** What was wrong with newer ones, and what became of it. */
  readonly problems: readonly string[];
  /** Of all packs. */
  readonly diskBytes: number;
}

export interface Committed {
  readonly checkpoint: Checkpoint;
  /** All frames before this one are in every checkpoint that there is; 0: nothing may be left out. */
  readonly neededFrom: number;
  readonly diskBytes: number;
}

export type FromKeeper =
  | { readonly type: 'progress'; readonly bytes: number; readonly totalBytes: number }
  | { readonly type: 'opened'; readonly opened: Opened }
  /** Nothing was taken, and nothing changed. */
  | { readonly type: 'refused'; readonly message: string; readonly hint: string }
  | { readonly type: 'free'; readonly buffer: number }
  | { readonly type: 'taken' }
  /** Undefined: it could not be. */
  | { readonly type: 'stored'; readonly name: string; readonly place: SectionPlace | undefined }
  | { readonly type: 'committed'; readonly committed: Committed }
  /** The checkpoint under way is given up; those before stand. */
  | { readonly type: 'failed'; readonly attempt: number; readonly message: string }
  | { readonly type: 'closed' };
