/** Clauses by which data moves as a whole: from table to table, between a table and files, or behind the statement. */
import { beginList } from './common-tables.ts';
import { type Frame, NAME } from './frame.ts';
import { wordSet } from './handlers.ts';
import { wordNumber } from './lexicon.ts';
import type { Reader } from './reader.ts';

const OPEN_CODE = 40;
const INTO = wordNumber('into');
const GRANTS = wordNumber('grants');
const TABLE = wordNumber('table');
const AS = wordNumber('as');
const VALUES = wordNumber('values');
const BEFORE_QUERY = wordSet('union except intersect minus all distinct');

/** `APPEND FROM t`, `REPLACE PARTITION p FROM t`; bounds of a partition are no tables. */
export function alterFrom({ tokens }: Reader, frame: Frame): void {
  if (tokens.previousWord === VALUES || tokens.isNext(OPEN_CODE)) return;
  frame.expectRows();
}

/** `SWITCH … TO t`, `MOVE PARTITION p TO TABLE t`: data goes to another table. */
export function alterTo(reader: Reader, frame: Frame): void {
  const action = actionOf(reader, frame);
  if (action === 'switch' || (action === 'move' && reader.tokens.peekWord() === TABLE))
    frame.expectTarget('alter', false);
}

/** What ALTER does: the word behind the table's name, which reads like an alias. */
const actionOf = (reader: Reader, frame: Frame): string => reader.references[frame.lastReference]?.alias ?? '';

/** WITH: a list of common table expressions, or the table that takes part in a swap. */
export function withClause(reader: Reader, frame: Frame): void {
  const action = frame.verb === 'alter' ? actionOf(reader, frame) : '';
  if (action === 'swap' || action === 'exchange') frame.expectTarget('alter', false);
  else beginList(reader, frame);
}

/** `INSERT INTO a TABLE b`, `… UNION TABLE b`. */
export function table(reader: Reader, frame: Frame): void {
  const filled = frame.verb === 'insert' && frame.targets > 0 && frame.mode !== NAME;
  const made = frame.verb === 'create' && reader.tokens.previousWord === AS;
  if (!filled && !made && BEFORE_QUERY[reader.tokens.previousWord] !== 1) return;
  if (filled) reader.findings.fromSeen = true;
  frame.expectRows();
}

/** `CREATE TABLE a CLONE b`, `CREATE TABLE a COPY b`. */
export function clone(reader: Reader, frame: Frame): void {
  const copies = frame.verb === 'create' && frame.targets > 0 && reader.tokens.peekWord() !== GRANTS;
  if (!copies || frame.mode === NAME) return reader.readPlain(frame);
  frame.expectRows();
}

/** ClickHouse: the rows themselves follow. */
export function format(reader: Reader, frame: Frame): void {
  if (frame.verb !== 'insert' || !reader.dialect.inlineRows) return reader.readPlain(frame);
  frame.leaveTables();
  reader.dead = 'always';
}

/** `LOAD DATA OVERWRITE t`. */
export function overwrite({ tokens }: Reader, frame: Frame): void {
  if (frame.verb === 'copy' && frame.targets === 0 && tokens.peekWord() !== INTO)
    frame.expectTarget(frame.written, false);
}
