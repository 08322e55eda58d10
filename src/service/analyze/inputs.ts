/** What `analyze` is to read: files and standard input, checked before anything is read. */
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';

const STANDARD_INPUT = '-';

export interface Input {
  /** For messages. */
  readonly name: string;
  /** Bytes, where that is known. */
  readonly size: number | undefined;
  /** Called once. */
  open(): Promise<Readable>;
}

/** Either every input, or one line for each that cannot be read. */
export async function checkInputs(
  paths: readonly string[],
  stdin: NodeJS.ReadableStream,
): Promise<{ readonly inputs: readonly Input[]; readonly problems: readonly string[] }> {
  const checked = await Promise.all(paths.map(path => checkInput(path, stdin)));
  return {
    inputs: checked.filter(one => typeof one !== 'string'),
    problems: checked.filter(one => typeof one === 'string'),
  };
}

async function checkInput(path: string, stdin: NodeJS.ReadableStream): Promise<Input | string> {
  if (path === STANDARD_INPUT) {
    return { name: '(standard input)', size: undefined, open: async () => stdin as Readable };
  }
  try {
    const handle = await open(path, 'r');
    const stat = await handle.stat();
    await handle.close();
    if (stat.isDirectory()) return `${path}: is a directory; name the files in it, e.g. ${path}/*.json`;
    return { name: path, size: stat.isFile() ? stat.size : undefined, open: () => openFile(path) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return `${path}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code ?? message})`}`;
  }
}

const CHUNK_BYTES = 1024 * 1024;

async function openFile(path: string): Promise<Readable> {
  const handle = await open(path, 'r');
  return handle.createReadStream({ highWaterMark: CHUNK_BYTES });
}
