import type { Family } from './case.ts';

/** Broken off, quoted and commented texts. */
export const TEXTS: readonly Family[] = [
  {
    system: 'postgresql',
    cases: [
      ['SELECT a, b, c...', '(verb_only)'],
      ['SELECT a FROM ord...', '(verb_only)'],
      ['SELECT a FROM orders ...', 'select orders'],
      ['SELECT a FROM orders WHERE id IN (...)', 'select orders'],
      ['INSERT INTO t (...) VALUES (...), (...) RETURNING id', 'insert t'],
      ['SELECT a FROM orders JOIN cust…', 'select orders'],
      ["SELECT a FROM orders WHERE b = 'cut", 'select orders'],
      ['SELECT a FROM orders JOIN "cut', 'select orders'],
      ['UPDATE orders SET a = 1, b = ... [truncated]', 'update orders'],
      ['DELETE FROM ... (truncated)', '(verb_only)'],
      ['SELECT a FROM orders /* cut', 'select orders'],
      ["SELECT 'FROM a', $$FROM b$$, $x$FROM $$ c$x$, E'\\' FROM d' FROM t", 'select t'],
      ["SELECT 'C:\\', a FROM t -- '", 'select t'],
      ['SELECT "a""b" FROM "x""y"', 'select x"y'],
      ['SELECT * FROM "a.b"."c d"', 'select a.b.c d'],
      ['/* FROM a /* nested */ FROM b */ SELECT * FROM t -- FROM c', 'select t'],
      ['SELECT a/b, a-b, a--b\nFROM t', 'select t'],
      ['SELECT * FROM t WHERE a = %s AND b = %(name)s AND c % 2 = :n AND d::text = @p', 'select t'],
      ['SELECT * FROM täble_ß, "Größe"', 'select täble_ß', 'select Größe'],
      ['SELECT*FROM"t"WHERE\'a\'=b', 'select t'],
      ['select\t*\r\nfrom\u00a0t', 'select t'],
      ['SELECT * FROM __proto__ JOIN constructor ON TRUE', 'select __proto__', 'select constructor'],
      ['SELECT * FROM t)', 'select t'],
      ['SELECT * FROM a; ) SELECT * FROM b', 'select a', 'select b'],
    ],
  },
  {
    system: 'other_sql',
    cases: [
      ["SELECT 'it\\'s FROM a' FROM t", 'select t'],
      ["SELECT 'C:\\', x FROM t", 'select t'],
      ['SELECT * # FROM a\nFROM t', 'select t'],
      ['SELECT * FROM `Weird` JOIN [Odd] ON 1 = 1', 'select weird', 'select odd'],
    ],
  },
];
