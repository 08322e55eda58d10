/**
 * Names to show for nodes: the bare name where it tells the node apart from all others of its kind, else with the
 * rest of the id. Labels come from outside and may hold anything; every format escapes them for itself.
 */
import type { Node } from '../../contract/graph-document.ts';

// Control characters, line and paragraph separators, and the marks that turn the direction of text around.
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c\ufeff]/gu;

/** One printable line. */
export function printable(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return text.replace(/\s/gu, ' ').replace(UNPRINTABLE, '\ufffd').toWellFormed();
}

/** Node id → label. */
export function labelsOf(nodes: readonly Node[]): ReadonlyMap<string, string> {
  const uses = new Map<string, number>();
  for (const node of nodes) uses.set(sharedName(node), (uses.get(sharedName(node)) ?? 0) + 1);
  return new Map(
    nodes.map(node => {
      const name = printable(node.name);
      if (uses.get(sharedName(node)) === 1) return [node.id, name];
      const rest = printable(node.id.slice(node.id.indexOf(':') + 1));
      return [node.id, rest === name ? name : `${name} (${rest})`];
    }),
  );
}

function sharedName(node: Node): string {
  return `${node.kind} ${node.name}`;
}

/** `1234` → `1.2k`: three digits are enough on an arrow. */
export function shortCount(count: number): string {
  if (count < 1000) return String(count);
  const units = ['k', 'M', 'G', 'T', 'P'];
  const power = Math.min(units.length, Math.floor(Math.log10(count) / 3));
  return `${Number((count / 1000 ** power).toPrecision(3))}${units[power - 1]}`;
}
