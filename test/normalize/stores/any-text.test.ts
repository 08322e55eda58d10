/** Whatever a span carries as statement, path or command, the readers of stores give an answer. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STORE_FAMILIES } from '../../../src/normalize/conventions/stores.ts';
import { readClauses } from '../../../src/normalize/stores/clauses.ts';
import { commandLines, verbOf, verbsOf } from '../../../src/normalize/stores/commands.ts';
import { readDocument } from '../../../src/normalize/stores/documents.ts';
import { readSearchPath } from '../../../src/normalize/stores/paths.ts';
import { readStreamCommand, STREAM_COMMANDS } from '../../../src/normalize/stores/stream-commands.ts';
import { tablesOf } from '../../../src/normalize/tables.ts';

const PIECES = [
  '{"',
  '":"',
  '$lookup',
  '$merge":{"into":"',
  "'",
  '"',
  '{',
  '}',
  '[',
  '?',
  ' ',
  '\n',
  '/',
  '_search',
  'XADD',
  'STREAMS',
  'find',
  'MATCH',
  ':',
  '//',
  '/*',
  '\u0000',
  '\ud800',
  'ä',
  '%zz',
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string()), { maxLength: 40 })
  .map(pieces => pieces.join(''));
const SYSTEMS = [...STORE_FAMILIES.keys()];

describe('any text', () => {
  it('is read by each reader', () => {
    const isVerb = (word: string) => word === 'find';
    fc.assert(
      fc.property(text, fc.constantFrom(...STREAM_COMMANDS.keys()), (any, verb) => {
        expect(readDocument(any, isVerb).others.length).toBeLessThanOrEqual(64);
        expect(readSearchPath(any, 'GET').indices).not.toContain('');
        expect(readStreamCommand(verb, `${verb} ${any}`)?.names ?? []).not.toContain('');
        expect(readClauses(any, STORE_FAMILIES.get('neo4j')!.verbs).length).toBeLessThanOrEqual(1);
        expect([...verbsOf(any), verbOf(any), ...commandLines(any)].every(one => typeof one === 'string')).toBe(true);
      }),
    );
  });

  it('gives tables or a reason, in every system', () => {
    fc.assert(
      fc.property(text, text, text, fc.constantFrom(...SYSTEMS), (statement, operation, path, system) => {
        const span = {
          system,
          database: 'd',
          schema: '',
          collection: '',
          collections: [],
          operation,
          summary: statement,
          statement,
          spanName: operation,
          path,
          method: 'GET',
        };
        const { tables, skipReason } = tablesOf(span);
        expect(tables.length > 0).toBe(skipReason === '');
      }),
    );
  });

  it.each([
    ['braces', '{'.repeat(200_000)],
    ['stages', '{"$lookup":{'.repeat(20_000)],
    ['open stages', '"$out":{"a'.repeat(20_000)],
    ['quotes', "'".repeat(200_001)],
    ['comments', '/*'.repeat(100_000)],
    ['blanks', ' '.repeat(200_000)],
    ['words', 'XREAD STREAMS '.repeat(20_000)],
    ['slashes', '/'.repeat(200_000)],
  ])('of much of the same is read, too: %s', (_, much) => {
    for (const system of SYSTEMS) {
      const span = {
        system,
        database: '',
        schema: '',
        collection: '',
        collections: [],
        operation: '',
        summary: '',
        statement: much,
        spanName: 'x',
        path: much,
        method: 'GET',
      };
      expect(tablesOf(span).tables.length).toBeLessThanOrEqual(256);
    }
    for (const verb of STREAM_COMMANDS.keys()) readStreamCommand(verb, `${verb} ${much}`);
  });
});
