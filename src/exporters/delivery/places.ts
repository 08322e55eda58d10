/**
 * Where an exporter is in the feed, and what could not be delivered: in files below the data directory, or in memory
 * where nothing is kept. `delivery/<pipeline@exporter>.json` is replaced whole and is on the disk when a write resolves;
 * `….dead.ndjson` holds a change a line.
 */
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DELIVERY } from '../../contract/storage.ts';

export interface Cursor {
  /** Number of the last change that was delivered, refused or not wanted. */
  readonly delivered: number;
  /**
   * A batch was begun: the last change that was looked at for it, and the numbers of those in it, from and to. A place of
   * before these were kept has none: then what is wanted by now is in it.
   */
  readonly sending?: { readonly to: number; readonly numbers?: NumberRanges };
}

export type NumberRanges = readonly (readonly [from: number, to: number])[];

export interface CursorStore {
  /** Undefined: there is none yet. */
  read(): Promise<Cursor | undefined>;
  write(cursor: Cursor): Promise<void>;
}

export interface DeadLetters {
  add(batch: string, why: string, changes: readonly string[]): Promise<void>;
  /** Those that had to make room. */
  readonly forgotten: number;
  /** For people. */
  readonly place: string;
}

export interface Places {
  readonly cursors: CursorStore;
  readonly deadLetters: DeadLetters;
}

const MAX_DEAD_BYTES = 16 << 20;

export function placesIn(dataDirectory: string | undefined, key: string, now: () => number): Places {
  if (dataDirectory === undefined) return placesInMemory();
  const folder = join(dataDirectory, DELIVERY);
  const name = encodeURIComponent(key);
  return {
    cursors: new CursorFile(folder, `${name}.json`),
    deadLetters: new DeadLetterFile(folder, `${name}.dead.ndjson`, now),
  };
}

function placesInMemory(): Places {
  let held: Cursor | undefined;
  return {
    cursors: {
      read: () => Promise.resolve(held),
      write: cursor => {
        held = cursor;
        return Promise.resolve();
      },
    },
    deadLetters: {
      add: () => Promise.resolve(),
      forgotten: 0,
      place: 'nowhere, since there is no storage',
    },
  };
}

class CursorFile implements CursorStore {
  private readonly folder: string;
  private readonly name: string;

  constructor(folder: string, name: string) {
    this.folder = folder;
    this.name = name;
  }

  async read(): Promise<Cursor | undefined> {
    const text = await readIfThere(join(this.folder, this.name));
    if (text === undefined) return undefined;
    const cursor = JSON.parse(text) as Cursor;
    if (!Number.isSafeInteger(cursor.delivered)) throw new Error(`${join(this.folder, this.name)} names no change`);
    return cursor;
  }

  async write(cursor: Cursor): Promise<void> {
    await replace(this.folder, this.name, JSON.stringify(cursor));
  }
}

class DeadLetterFile implements DeadLetters {
  forgotten = 0;
  private readonly folder: string;
  private readonly name: string;
  private readonly now: () => number;

  constructor(folder: string, name: string, now: () => number) {
    this.folder = folder;
    this.name = name;
    this.now = now;
  }

  get place(): string {
    return join(this.folder, this.name);
  }

  async add(batch: string, why: string, changes: readonly string[]): Promise<void> {
    const at = new Date(this.now()).toISOString();
    const head = JSON.stringify({ at, batch, why }).slice(0, -1);
    const lines = changes.map(change => `${head},"change":${change}}\n`).join('');
    await mkdir(this.folder, { recursive: true });
    await this.makeRoom(Buffer.byteLength(lines));
    await writeSynced(this.place, lines, 'a');
    await syncFolder(this.folder);
  }

  /** The older half goes. */
  private async makeRoom(bytes: number): Promise<void> {
    const size = await stat(this.place).then(
      found => found.size,
      () => 0,
    );
    if (size === 0 || size + bytes <= MAX_DEAD_BYTES) return;
    const lines = (await readFile(this.place, 'utf8')).split('\n').filter(line => line !== '');
    const kept = lines.slice(Math.ceil(lines.length / 2));
    await replace(this.folder, this.name, kept.map(line => `${line}\n`).join(''));
    this.forgotten += lines.length - kept.length;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function replace(folder: string, name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeSynced(`${path}.new`, text, 'w');
  await rename(`${path}.new`, path);
  await syncFolder(folder);
}

async function writeSynced(path: string, text: string, flags: 'a' | 'w'): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const file = await open(folder);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
