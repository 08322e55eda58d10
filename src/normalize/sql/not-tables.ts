/** What stands where a table's name does and is none: functions, files, rows of another statement, a name that was cut. */
import { BEHIND, type Frame, NAME } from './frame.ts';
import { wordSet } from './handlers.ts';
import { wordNumber } from './lexicon.ts';
import { isNamePart, readName, type TableName } from './names.ts';
import type { Reader } from './reader.ts';
import { CLOSE, END, OTHER, STRING, WORD } from './token-kinds.ts';
import type { Tokens } from './tokens.ts';

const TABLE = wordNumber('table');
const FROM = wordNumber('from');
/** Locking hints that SQL Server takes in parentheses without WITH. */
const HINTS = wordSet(
  `nolock readpast updlock rowlock holdlock tablock tablockx paglock xlock nowait readuncommitted readcommitted
  repeatableread serializable snapshot noexpand forceseek forcescan index`,
);
/** `NTH_VALUE(a, 2) FROM FIRST OVER (…)`. */
const BEHIND_ROW = wordSet('over ignore');
/** Functions of SQL Server that stand where a table does, also as a target. */
const CALLS = new Set(['openquery', 'openrowset', 'opendatasource', 'identifier']);
/** `FROM FINAL TABLE (INSERT …)`. */
const CHANGED_ROWS = new Set(['final', 'new', 'old']);
/** Formats of files that may be read by their path. */
const FILE_FORMATS = new Set(['parquet', 'csv', 'json', 'orc', 'text', 'avro', 'delta', 'iceberg', 'binaryfile']);
const BRACE = 123;

/** Snowflake's and Databricks's `IDENTIFIER('db.t')`. */
export function readIdentifierCall({ tokens, dialect }: Reader): TableName | undefined {
  if (!tokens.isCallOf('identifier')) return undefined;
  tokens.next();
  tokens.next();
  if (tokens.kind === STRING) tokens.enterString();
  tokens.next();
  const name = isNamePart(tokens) ? readName(tokens, dialect) : undefined;
  if (tokens.kind === CLOSE) tokens.next();
  return name;
}

/** A function where a table could be; IDENTIFIER's argument would have named a table. */
export function readCall({ findings }: Reader, { table }: TableName, start: number, stop: number): void {
  if (table === 'identifier') findings.unreadable = true;
  else findings.addFunction(start, stop);
}

/** Before parentheses: a table with hints or columns, not a function. */
export function isPlainTable({ tokens }: Reader, frame: Frame, { schema, table }: TableName): boolean {
  return frame.target ? schema !== '' || !CALLS.has(table) : HINTS[tokens.peekWord()] === 1;
}

/** Words that announce something else than a table, told from a table of that name by what follows. */
export function isNoTable({ tokens }: Reader, frame: Frame, name: string): boolean {
  const { kind, word } = tokens;
  if (kind !== WORD && kind !== STRING) return false;
  if (!frame.target) {
    if ((name === 'first' || name === 'last') && BEHIND_ROW[word] === 1) return true;
    const rows = name === 'rows' && word === FROM;
    if (rows) tokens.next();
    else if (word !== TABLE || !CHANGED_ROWS.has(name)) return false;
    if (!rows) frame.expectRows();
    return true;
  }
  const directory = name === 'directory' && kind === STRING;
  if (name === 'database' && frame.verb === 'truncate') return true;
  const prefix = (name === 'local' || name === 'function') && kind === WORD && word === 0;
  if (prefix) frame.mode = NAME;
  if (prefix && name === 'function') skipFunction(tokens, frame);
  return directory || prefix;
}

/** `INSERT INTO FUNCTION file('x')`. */
function skipFunction(tokens: Tokens, frame: Frame): void {
  tokens.next();
  frame.mode = BEHIND;
}

/** ``FROM parquet.`/path` ``. */
export function isFile({ schema, table }: TableName): boolean {
  return FILE_FORMATS.has(schema) && (table.includes('/') || table.includes(':'));
}

/** The text was cut behind this name, maybe inside it: parentheses are open, or it is the beginning of INTO or FROM. */
export function isCut(
  { tokens, depth }: Reader,
  { target, verb, targets }: Frame,
  { schema, table }: TableName,
): boolean {
  if (tokens.kind !== END || tokens.previousStop !== tokens.text.length) return false;
  if (depth > 0) return true;
  if (!target || targets > 0 || schema !== '') return false;
  return verb === 'delete' ? 'from'.startsWith(table) : TAKES_INTO.has(verb) && 'into'.startsWith(table);
}

const TAKES_INTO: ReadonlySet<string> = new Set(['insert', 'merge', 'copy']);

export const isPlainNumber = ({ schema, table }: TableName): boolean => schema === '' && !Number.isNaN(Number(table));

/** ODBC's `{oj a LEFT JOIN b …}`; anything else in braces is a placeholder. */
export function opensOuterJoin({ kind, text, start, stop }: Tokens): boolean {
  return kind === OTHER && text.charCodeAt(start) === BRACE && /^oj\s/i.test(text.slice(stop, stop + 3));
}
