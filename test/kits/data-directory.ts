/** A directory for the data of services under test; it goes with the process that tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const directories: string[] = [];
process.once('exit', () => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

export function dataDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tacit-data-'));
  directories.push(directory);
  return directory;
}
