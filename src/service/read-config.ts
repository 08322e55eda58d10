/** Files and `--set` arguments of a command line → a checked configuration and its problems. */
import { readFileSync } from 'node:fs';
import { DEFAULT_CONFIG } from '../config/default.ts';
import { type LoadResult, loadConfig, type Source } from '../config/load.ts';
import type { Problem } from '../config/problem.ts';
import { componentFactories } from './components.ts';

export interface ConfigRequest {
  /** Merged in order; none: the embedded default. */
  readonly files: readonly string[];
  readonly sets: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** False: pipelines may be missing. */
  readonly complete?: boolean;
}

export function readConfig({ files, sets, env, complete = true }: ConfigRequest): LoadResult {
  const sources: Source[] = [];
  const unread: Problem[] = [];
  for (const name of files) {
    try {
      sources.push({ name, text: readFileSync(name, 'utf8') });
    } catch (error) {
      unread.push(unreadable(name, error as NodeJS.ErrnoException));
    }
  }
  if (unread.length > 0) return { config: undefined, problems: unread, placeOf: () => unread[0]!.at };
  if (files.length === 0) sources.push({ name: '(default configuration)', text: DEFAULT_CONFIG });
  const readFile = (path: string) => readFileSync(path, 'utf8');
  return loadConfig({ sources, sets, env, readFile, factories: componentFactories, complete });
}

function unreadable(name: string, { code, message }: NodeJS.ErrnoException): Problem {
  const what = name === '' ? 'the name is empty' : (REASONS[code ?? ''] ?? `cannot be read (${code ?? message})`);
  const right =
    name === '-'
      ? 'name /dev/stdin to read standard input'
      : 'name a configuration file with --config, or leave it out for the default';
  return { severity: 'error', at: { source: name, line: 0, column: 0 }, path: [], message: `${what}; ${right}` };
}

const REASONS: Readonly<Record<string, string>> = { ENOENT: 'there is no such file', EISDIR: 'is a directory' };
