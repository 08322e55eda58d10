/**
 * Configuration as written: maps, lists and scalars, each with the place it came from, so that a problem found at any
 * later step still names its line. Merging keeps the place of the value that won.
 */
import type { Position } from './problem.ts';

export type ScalarValue = string | number | boolean | null;

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly at: Position;
  readonly value: ScalarValue;
  /** Unquoted in YAML: an expanded variable may turn it into a number, a boolean or null. */
  readonly plain: boolean;
  /** The text from which an expanded value was read. */
  readonly expanded?: string;
  /** True after an expansion that failed, which was told: its text says nothing. */
  readonly broken?: boolean;
}

export interface LocatedList {
  readonly kind: 'list';
  readonly at: Position;
  readonly items: readonly Located[];
}

export interface LocatedEntry {
  readonly key: string;
  readonly keyAt: Position;
  readonly value: Located;
}

export interface LocatedMap {
  readonly kind: 'map';
  readonly at: Position;
  readonly entries: ReadonlyMap<string, LocatedEntry>;
}

export type Located = LocatedScalar | LocatedList | LocatedMap;

export function emptyMap(at: Position): LocatedMap {
  return { kind: 'map', at, entries: new Map() };
}

export function isNull(value: Located): boolean {
  return value.kind === 'scalar' && value.value === null;
}

/** True when an expansion within it failed, which was told. */
export function hasBroken(value: Located): boolean {
  if (value.kind === 'scalar') return value.broken === true;
  return value.kind === 'list'
    ? value.items.some(hasBroken)
    : [...value.entries.values()].some(e => hasBroken(e.value));
}

/** Maps merge key by key, deep; lists and scalars replace. A null map value (`otlp:`) leaves an earlier map as it is. */
export function mergeLocated(below: Located, above: Located): Located {
  if (below.kind !== 'map') return above;
  if (isNull(above)) return below;
  if (above.kind !== 'map') return above;
  const entries = new Map(below.entries);
  for (const [key, entry] of above.entries) {
    const earlier = entries.get(key);
    entries.set(key, earlier === undefined ? entry : { ...entry, value: mergeLocated(earlier.value, entry.value) });
  }
  return { ...below, entries };
}

/** The plain value, for showing and for options of any shape. */
export function plainValue(value: Located): unknown {
  if (value.kind === 'scalar') return value.value;
  if (value.kind === 'list') return value.items.map(plainValue);
  return Object.fromEntries([...value.entries].map(([key, entry]) => [key, plainValue(entry.value)]));
}

/** The place of the deepest part of `path` that exists. */
export function placeOf(root: Located, path: readonly (string | number)[]): Position {
  let here = root;
  let at = root.at;
  for (const part of path) {
    if (here.kind === 'map') {
      const entry = here.entries.get(String(part));
      if (entry === undefined) return at;
      at = entry.value.kind === 'scalar' ? entry.value.at : entry.keyAt;
      here = entry.value;
    } else if (here.kind === 'list') {
      const item = here.items[Number(part)];
      if (item === undefined) return at;
      at = item.at;
      here = item;
    } else return at;
  }
  return at;
}

/** The value at a path of keys, if there is one. */
export function valueAt(root: Located, path: readonly string[]): Located | undefined {
  let here: Located | undefined = root;
  for (const key of path) here = here?.kind === 'map' ? here.entries.get(key)?.value : undefined;
  return here;
}
