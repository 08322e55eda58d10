/** A directory for the data of services under test; it goes with the process that tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function dataDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tacit-data-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
