/** docs/semantics.md holds what the program does and knows, and leaves no kind, code or reason out. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { semanticsPage } from '../../scripts/semantics/page.ts';
import { EDGE_KINDS, EVIDENCE_KINDS, NODE_KINDS } from '../../src/contract/graph-document.ts';
import { DOCTOR_CODES } from '../../src/query/doctor/codes.ts';
import { REASON_CODES } from '../../src/query/explain/why-not.ts';

const page = readFileSync(new URL('../../docs/semantics.md', import.meta.url), 'utf8');
const missing = readFileSync(new URL('../../src/query/explain/missing.ts', import.meta.url), 'utf8');

test('its pictures and tables are what the program makes and knows (npm run generate)', () => {
  expect(page).toBe(semanticsPage(page));
});

test('it names every kind, code and reason', () => {
  const gaps = Array.from(missing.matchAll(/(?:code: |gap\(\s*)'([a-z_]+)'/g), match => match[1]!);
  expect(gaps.length).toBeGreaterThan(10);
  const named = [...EDGE_KINDS, ...EVIDENCE_KINDS, ...Object.keys(DOCTOR_CODES), ...REASON_CODES, ...gaps];
  expect(named.filter(name => !page.includes(`\`${name}\``))).toEqual([]);
  expect(NODE_KINDS.filter(kind => !page.includes(`| ${kind} |`))).toEqual([]);
});
