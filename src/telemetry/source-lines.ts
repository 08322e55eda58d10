/**
 * Stack traces of the package name lines of the sources. Node can do that as well, but it reads the maps of all files
 * when it loads them, so that every start waits for it, and none of a package that is installed.
 */
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceOrigin } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const OWN = new URL('../', import.meta.url).href;
/** In the text of a frame: file, line and column. */
const PLACE = /(file:[^()]+):(\d+):(\d+)/;

/** By URL of the file. */
const maps = new Map<string, SourceMap | undefined>();

/** In this thread, from now on. Of a checkout the traces are right as they are. */
export function nameSourceLines(): void {
  if (extname(import.meta.url) === '.ts') return;
  Error.prepareStackTrace = (error, frames) =>
    [Error.prototype.toString.call(error), ...frames.map(frame => `    at ${inSource(String(frame))}`)].join('\n');
}

function inSource(frame: string): string {
  return frame.replace(PLACE, (place, file: string, line: string, column: string) => {
    const origin = file.startsWith(OWN) ? mapOf(file)?.findOrigin(Number(line), Number(column)) : undefined;
    const { fileName, lineNumber, columnNumber }: Partial<SourceOrigin> = origin ?? {};
    return fileName === undefined ? place : `${fileURLToPath(new URL(fileName, file))}:${lineNumber}:${columnNumber}`;
  });
}

function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file)) maps.set(file, readMap(file));
  return maps.get(file);
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(new URL(`${file}.map`), 'utf8')));
  } catch {
    return undefined;
  }
}
