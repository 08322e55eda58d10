/** `--set a.b.c=value` arguments → one map to merge above the files. Keys may hold `/` and `-`, and dots within quotes. */
import { isEndpoint } from '../lib/listen/endpoint.ts';
import { emptyMap, type Located, type LocatedMap, mergeLocated } from './located.ts';
import type { Position, ProblemList } from './problem.ts';
import { readSetValue } from './read-yaml.ts';
import { isSecretName, REDACTED } from './show.ts';

export function readSets(sets: readonly string[], problems: ProblemList): LocatedMap {
  let root: Located = emptyMap({ source: '--set', line: 0, column: 0 });
  for (const argument of sets) {
    const one = readSet(argument, problems);
    if (one !== undefined) root = mergeLocated(root, one);
  }
  return root as LocatedMap;
}

function readSet(argument: string, problems: ProblemList): Located | undefined {
  const split = argument.indexOf('=');
  const keys = split < 0 ? undefined : splitKeys(argument.slice(0, split));
  const shown = keys?.some(isSecretName) ? `${argument.slice(0, split)}=${REDACTED}` : argument;
  const at = { source: `--set ${shown}`, line: 0, column: 0 };
  if (keys === undefined) {
    problems.error(at, [], 'no key=value; write it like --set extensions.http_api.endpoint=127.0.0.1:8485');
    return undefined;
  }
  let value = readValue(argument.slice(split + 1), at, problems);
  for (const key of keys.reverse()) value = { kind: 'map', at, entries: new Map([[key, { key, keyAt: at, value }]]) };
  return value;
}

/** `[::1]:4317` is an address here, though YAML takes the bracket for a list. */
function readValue(text: string, at: Position, problems: ProblemList): Located {
  if (isEndpoint(text)) return { kind: 'scalar', at, value: text, plain: true };
  return readSetValue(at.source, text, problems);
}

function splitKeys(path: string): string[] | undefined {
  const keys = [...path.matchAll(/(?:^|\.)(?:"([^"]*)"|([^".]*))/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  return keys.length === 0 || keys.includes('') ? undefined : keys;
}
