/** Looks a logical attribute up under all its names, newest first. Values are text; empty ones are absent. */
import type { AttributeValue } from './span.ts';

type Source = Readonly<Record<string, AttributeValue>>;

export function readAttribute(source: Source, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    if (!Object.hasOwn(source, name)) continue;
    const text = String(source[name]);
    if (text !== '') return text;
  }
  return undefined;
}

export function readNumber(source: Source, ...names: readonly string[]): number | undefined {
  const text = readAttribute(source, ...names);
  return text === undefined ? undefined : Number(text);
}

/** True when any attribute's name starts with one of the prefixes. */
export function hasAttributeBelow(source: Source, ...prefixes: readonly string[]): boolean {
  return Object.keys(source).some(name => prefixes.some(prefix => name.startsWith(prefix)) && source[name] !== '');
}
