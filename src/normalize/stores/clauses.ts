/** A Cypher statement → the clause that says what it does: the first that changes data, else the first one known. */
import { ACCESS_WRITE } from '../../lib/plans.ts';
import type { StoreEffect } from '../conventions/stores.ts';

const MAX_TEXT = 8192;
/** Strings, quoted names, comments, keys, and names that follow `.`, `:` or `$` are no clauses. */
const TOKENS =
  /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*|[.:$]\s*\w+|[A-Za-z_]\w*(?!\w|\s*:)/g;
/** Only where a statement begins with it. */
const ONLY_FIRST = new Set([
  'call',
  'use',
  'begin',
  'commit',
  'rollback',
  'explain',
  'profile',
  'show',
  'read',
  'write',
]);

export function readClauses(statement: string, verbs: ReadonlyMap<string, StoreEffect>): readonly string[] {
  let first = '';
  let words = 0;
  for (const [token] of statement.slice(0, MAX_TEXT).matchAll(TOKENS)) {
    const word = token.toLowerCase();
    if (!/^[a-z]+$/.test(word)) continue;
    const effect = words++ > 0 && ONLY_FIRST.has(word) ? undefined : verbs.get(word);
    if (effect === ACCESS_WRITE) return [word];
    if (typeof effect === 'string') return first === '' ? [word] : [first];
    if (effect !== undefined && first === '') first = word;
  }
  return first === '' ? [] : [first];
}
