/**
 * Spans of key-value, document, search and graph stores → what they do to which tables. The operation attribute comes
 * first, then the statement in the store's own language, then summary and span name.
 */
import { ACCESS_QUERY, ACCESS_READ, ACCESS_WRITE, type PlanTable } from '../../lib/plans.ts';
import type { StoreEffect, StoreFamily } from '../conventions/stores.ts';
import { isDriverHousekeeping } from '../conventions/verbs.ts';
import type { SpanDatabase, SpanTables } from '../tables.ts';
import { readClauses } from './clauses.ts';
import { commandLines, verbOf, verbsOf } from './commands.ts';
import { cleanCollection, type OtherCollection, readDocument } from './documents.ts';
import { readSearchPath } from './paths.ts';

/** What a span says it does: verbs as written, and tables that only the text names. */
interface Work {
  readonly verbs: readonly string[];
  readonly tables: readonly string[];
  readonly others: readonly OtherCollection[];
}

const NOTHING: Work = { verbs: [], tables: [], others: [] };

export function storeTables(span: SpanDatabase, family: StoreFamily): SpanTables {
  const work = readWork(span, family);
  const named = span.collections.map(cleanCollection).filter(name => name !== '');
  const { database, tables } = placeOf(span, family, named.length > 0 ? named : work.tables);
  const fromStatement = named.length === 0 && work.tables.length > 0 && family.language !== 'paths';
  const effects = work.verbs.map(verb => ({ verb: verb.toLowerCase(), effect: effectOf(family, verb) }));
  const counted = effects.filter(({ effect }) => typeof effect !== 'string');
  if (counted.length === 0) {
    const reason = effects.map(({ effect }) => effect).find(effect => typeof effect === 'string');
    if (reason !== undefined) return { tables: [], skipReason: reason };
    if (isDriverHousekeeping(span.operation || span.spanName)) return { tables: [], skipReason: 'driver_housekeeping' };
  }
  const list = new Map<string, PlanTable>();
  const add = (table: string, access: number, verb: string, told: boolean, other = '') => {
    const key = `${table}\n${access}\n${other}`;
    const verbs = [...new Set([...(list.get(key)?.verbs ?? []), ...(verb === '' ? [] : [verb])])];
    list.set(key, { schema: '', database: other, table, access, verbs, fromStatement: told });
  };
  if (counted.length === 0) add('', ACCESS_QUERY, '', false);
  for (const { verb, effect } of counted) {
    for (const table of tables.length > 0 ? tables : ['']) add(table, accessTo(table, effect), verb, fromStatement);
  }
  for (const { name, database: other, access, verb } of work.others) add(name, access, verb, true, other);
  return { tables: [...list.values()], skipReason: '', ...(database !== undefined && { database }) };
}

/** A verb that nobody knows is a query of the database, and a look at a table that is named. */
function accessTo(table: string, effect: StoreEffect | undefined): number {
  if (effect === undefined || effect === ACCESS_QUERY) return table === '' ? ACCESS_QUERY : ACCESS_READ;
  return effect === ACCESS_WRITE ? ACCESS_WRITE : ACCESS_READ;
}

/** Some call a table a database. */
function placeOf(span: SpanDatabase, family: StoreFamily, tables: readonly string[]) {
  if (family.namespaceIsTable !== true || span.database === '') return { tables };
  if (tables.length === 0) return { tables: [span.database], database: '' };
  return tables.includes(span.database) ? { tables, database: '' } : { tables };
}

/** Looked up whole, then without what stands before its last dot (`Bucket.get`, `chroma.query`). */
export function effectOf({ verbs }: StoreFamily, verb: string): StoreEffect | undefined {
  const bare = verb.toLowerCase().replace(/[_-]/g, '');
  return verbs.get(bare) ?? verbs.get(bare.slice(bare.lastIndexOf('.') + 1));
}

/** The first source that says what a table of verbs knows; else the operation as it stands. */
function readWork(span: SpanDatabase, family: StoreFamily): Work {
  const knows = (work: Work) => work.verbs.some(verb => effectOf(family, verb) !== undefined);
  const operation: Work = span.operation === '' ? NOTHING : { ...NOTHING, verbs: verbsOf(span.operation) };
  const text = readText(span, family);
  const tables = text.tables.length > 0 ? text.tables : readSummaryWords(span.summary, family).tables;
  if (knows(operation)) return { ...text, tables, verbs: operation.verbs };
  if (knows(text)) return text;
  const summary = readSummaryWords(span.summary, family);
  if (knows(summary)) return { ...text, ...summary };
  const named = { ...text, verbs: [verbOf(span.spanName)] };
  if (knows(named)) return named;
  const verbs = operation.verbs.filter(verb => verb !== '' && !/^batch$/i.test(verb));
  return { ...text, verbs: verbs.length > 0 ? verbs : text.verbs.filter(verb => verb !== '') };
}

/** `find orders`, `BATCH insert orders`: a verb and its targets. */
function readSummaryWords(summary: string, family: StoreFamily): Work {
  const [verb = '', ...targets] = summary.replace(/^BATCH /i, '').split(/\s+/);
  const tables = family.language === 'commands' ? [] : targets.filter(word => effectOf(family, word) === undefined);
  return { ...NOTHING, verbs: verb === '' ? [] : [verb], tables };
}

function readText(span: SpanDatabase, family: StoreFamily): Work {
  const { statement } = span;
  const isVerb = (word: string) => effectOf(family, word) !== undefined;
  switch (family.language) {
    case 'commands':
      return statement === '' ? NOTHING : { ...NOTHING, verbs: commandLines(statement).flatMap(verbsOf) };
    case 'documents': {
      if (statement === '') return NOTHING;
      const { verb, collection, others } = readDocument(statement, isVerb);
      return { verbs: verb === '' ? [] : [verb], tables: collection === '' ? [] : [collection], others };
    }
    case 'paths': {
      const { indices, operation } = readSearchPath(span.path, span.method);
      return { ...NOTHING, verbs: operation === '' ? [] : [operation], tables: indices };
    }
    case 'cypher':
      return { ...NOTHING, verbs: readClauses(statement, family.verbs) };
    case 'sql':
    case 'operations':
      return statement === '' ? NOTHING : { ...NOTHING, verbs: [verbOf(statement)] };
  }
}
