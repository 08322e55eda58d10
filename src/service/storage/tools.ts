/** `tacit storage`, made real: data directories by path, or by the configuration that names them. */
import type { ConfigArguments, StorageCommands } from '../../cli/application.ts';
import { EXIT_DATA_TROUBLE, EXIT_WRONG_USE, type Io } from '../../cli/command.ts';
import { SourceError } from '../../cli/output/document-source.ts';
import { formatProblem } from '../../config/problem.ts';
import type { StorageTools } from '../../contract/storage-check.ts';
import { DirectoryInUse } from '../../storage/checkpoint/refusals.ts';
import { StorageError } from '../../storage/storage-error.ts';
import { checkStorage } from '../../storage/tools/check.ts';
import { compactStorage } from '../../storage/tools/compact.ts';
import { exportStorage } from '../../storage/tools/export.ts';
import { importStorage } from '../../storage/tools/import.ts';
import { readConfig } from '../read-config.ts';
import type { StorageConfig } from './config.ts';
import { storageFactory } from './factory.ts';

const tools: StorageTools = {
  check: directory => told(() => checkStorage(directory)),
  compact: directory => told(() => compactStorage(directory)),
  export: (directory, file) => told(() => exportStorage(directory, file)),
  import: (directory, file) => told(() => importStorage(directory, file)),
};

function directoryOf({ files, sets }: ConfigArguments, io: Io): string {
  const { config, problems } = readConfig({ files, sets, env: io.env });
  if (config === undefined) throw new SourceError(problems.map(formatProblem).join('\n'), EXIT_WRONG_USE);
  for (const [id, { factory, config: options }] of config.extensions) {
    if (factory === storageFactory && config.service.extensions.includes(id)) return (options as StorageConfig).path;
  }
  throw new SourceError('the configuration keeps nothing: no storage among its service.extensions', EXIT_WRONG_USE);
}

async function told<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isOfSystem(error)) throw new SourceError(error.message, EXIT_DATA_TROUBLE);
    if (!(error instanceof StorageError)) throw error;
    const exitCode = error instanceof DirectoryInUse ? EXIT_WRONG_USE : EXIT_DATA_TROUBLE;
    throw new SourceError(`${error.message}\n  ${error.hint}`, exitCode);
  }
}

/** A file or directory that may not be read or written, and the like: its message names it. */
function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

export const storageCommands: StorageCommands = { tools, directoryOf };
