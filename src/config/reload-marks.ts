/**
 * What a reload makes of a changed option. The definition of an option, or of a group around it, says so in `x-reload`;
 * where none does, the kind of component decides.
 *
 * `live`: it holds for everything that runs, at once. `forward`: it holds for what arrives from now on, and what is there
 * stays as it was. `restart`: a reload that changes it is refused.
 */
import type { ComponentKind } from '../contract/component.ts';
import type { Path } from './problem.ts';
import { type OptionSchema, type ReloadMark, schemaBranches } from './schema-words.ts';

/** A connector holds the graph, and outlives every reload; all else can be given up for a new one. */
export const MARK_OF_KIND: Readonly<Record<ComponentKind | 'service', ReloadMark>> = {
  receiver: 'live',
  processor: 'live',
  connector: 'restart',
  exporter: 'live',
  extension: 'live',
  service: 'restart',
};

/** The mark of the option at a path below `schema`. */
export function reloadMarkOf(schema: OptionSchema, path: Path, inherited: ReloadMark): ReloadMark {
  const mark = schema['x-reload'] ?? inherited;
  const [key, ...rest] = path;
  if (key === undefined) return mark;
  const inner = schemaBranches(schema)
    .map(branch => innerSchema(branch, key))
    .find(found => found !== undefined);
  return inner === undefined ? mark : reloadMarkOf(inner, rest, mark);
}

function innerSchema(branch: OptionSchema, key: string | number): OptionSchema | undefined {
  if (typeof key === 'number') return branch.items;
  const named = branch.properties?.[key];
  if (named !== undefined) return named;
  return Object.entries(branch.patternProperties ?? {}).find(([pattern]) => new RegExp(pattern, 'u').test(key))?.[1];
}
