/** What words do inside a statement. */
import { meetUnion } from './common-tables.ts';
import { BEHIND, EXPRESSION, type Frame, IDLE, INDEX, NAME, TABLES, type Verb } from './frame.ts';
import { compileWords, type Handler, wordSet } from './handlers.ts';
import { wordNumber } from './lexicon.ts';
import { alterFrom, alterTo, clone, format, overwrite, table, withClause } from './moves.ts';
import type { Reader } from './reader.ts';
import { CAST, COMMA, OPEN, OTHER } from './token-kinds.ts';

const OPEN_CODE = 40;
/** `IS DISTINCT FROM`, `FOR SYSTEM_TIME FROM a TO b`. */
const BEFORE_NO_FROM = wordSet('distinct system_time');
const THEN = wordNumber('then');
const VIEW = wordNumber('view');
/** Words that make UPDATE, DELETE or INSERT behind them part of a clause (`FOR UPDATE`, `ON DELETE CASCADE`) or a column. */
const BEFORE_NO_VERB = wordSet(
  'for key on do or as select distinct where and not by having when case set limit is in returning',
);
/** Kinds of tokens that a column or value follows, but no statement. */
const BEFORE_OPERAND = new Set([COMMA, OTHER, CAST, OPEN]);
const BEFORE_NO_JOIN = wordSet('for array');
const BEFORE_APPLY = wordSet('cross outer');
/** Behind FOR these say what an index hint or an update is for. */
const FOR = wordNumber('for');
const FROM = wordNumber('from');
const STRAIGHT_JOIN = wordNumber('straight_join');
const BEHIND_TABLE_FOR = wordSet('system_time version order group join');
const BEFORE_BY = wordSet('order group');
const TEMPORARY = wordSet('temp temporary unlogged');

function select(reader: Reader, frame: Frame): void {
  reader.beginVerb(frame, 'select');
  frame.temporary = false;
}

/** A verb that changes data begins, unless the word is part of a clause or a function's name. */
function change(verb: Verb, list: boolean) {
  return (reader: Reader, frame: Frame) => {
    const { tokens } = reader;
    if (verb === 'insert' && frame.verb === 'copy') return frame.expectTarget(frame.written, false);
    if (tokens.isDotted() || (verb === 'insert' && tokens.isNext(OPEN_CODE))) return;
    const operand = BEFORE_NO_VERB[tokens.previousWord] === 1 || BEFORE_OPERAND.has(tokens.previousKind);
    const rows = verb === 'delete' && frame.verb === 'create' && tokens.peekWord() !== FROM;
    const clause = (operand || rows) && !frame.atStart;
    if (clause || frame.verb === 'alter' || (frame.verb === 'merge' && tokens.previousWord === THEN))
      return frame.leaveTables();
    beginChange(reader, frame, verb, list);
  };
}

/** The verb's tables follow at once, or behind the columns that CQL's DELETE lists. */
export function beginChange(reader: Reader, frame: Frame, verb: Verb, list: boolean, written: Verb = verb): void {
  reader.beginVerb(frame, verb, written);
  const columns = verb === 'delete' && reader.dialect.deletesColumns && reader.tokens.peekWord() !== FROM;
  if (!columns) frame.expectTarget(written, list);
}

function from(reader: Reader, frame: Frame): void {
  if (BEFORE_NO_FROM[reader.tokens.previousWord] === 1) return;
  if (frame.verb === 'select') reader.findings.fromSeen = true;
  if (frame.verb === 'delete' && frame.targets === 0) frame.expectTarget('delete', true);
  else if (frame.verb === 'select' || frame.verb === 'update' || frame.verb === 'delete') frame.expectTable();
  else if (frame.verb === 'copy') copyFrom(frame);
  else if (frame.verb === 'alter') alterFrom(reader, frame);
}

/** `COPY t FROM …` fills the table, `COPY INTO 'file' FROM t` empties it into a file. */
function copyFrom(frame: Frame) {
  if (frame.targets > 0) return frame.leaveTables();
  frame.expectTarget(frame.written, false);
  frame.copiesOut = true;
}

function to(reader: Reader, frame: Frame) {
  if (frame.verb === 'rename') return frame.expectTarget('rename', true);
  if (frame.verb === 'alter') return alterTo(reader, frame);
  if (frame.verb !== 'copy') return;
  for (const reference of reader.references.slice(frame.firstReference)) reference.access = 'read';
  frame.leaveTables();
}

/** `FOR UPDATE` ends the tables; `FOR SYSTEM_TIME`, `FOR VERSION` and MySQL's `USE INDEX FOR ORDER BY` belong to one. */
function forClause({ tokens }: Reader, frame: Frame): void {
  if (BEHIND_TABLE_FOR[tokens.peekWord()] !== 1) frame.leaveTables();
  else if (frame.mode === BEHIND) frame.mode = IDLE;
}

function sort(reader: Reader, frame: Frame): void {
  if (reader.tokens.previousWord !== FOR) frame.leaveTables();
}

/** Of Spark's SORT BY, DISTRIBUTE BY and CLUSTER BY; ORDER and GROUP say it themselves. */
function sortBy(reader: Reader, frame: Frame): void {
  if (BEFORE_BY[reader.tokens.previousWord] !== 1) frame.leaveTables();
}

function join(reader: Reader, frame: Frame): void {
  if (BEFORE_NO_JOIN[reader.tokens.previousWord] === 1) {
    if (reader.tokens.previousWord !== FOR) frame.leaveTables();
    return;
  }
  if (frame.verb === '' && frame.kind !== TABLES) return;
  if (reader.tokens.word === STRAIGHT_JOIN && !frame.list && frame.kind !== TABLES) return;
  frame.target &&= frame.kind === TABLES || frame.verb === 'update';
  frame.joined = true;
  frame.mode = NAME;
  frame.list = true;
}

/** `CROSS APPLY`, `OUTER APPLY`; alone it ends a batch of Cassandra's. */
function apply(reader: Reader, frame: Frame): void {
  if (BEFORE_APPLY[reader.tokens.previousWord] === 1) join(reader, frame);
}

function into(reader: Reader, frame: Frame) {
  if (frame.returning) return;
  switch (frame.verb) {
    case 'copy':
      return frame.expectTarget(frame.written, false);
    case 'merge':
      return frame.expectTarget(frame.targets === 0 ? 'merge' : 'insert', false);
    case 'insert':
      return frame.expectTarget(frame.written, false);
    case 'update':
    case 'delete':
      return frame.expectTarget('insert', false);
    case 'select':
      return selectInto(reader, frame);
  }
}

function selectInto(reader: Reader, frame: Frame): void {
  const { selectIntoTable } = reader.dialect;
  if (selectIntoTable === 'never' || (selectIntoTable === 'outside_blocks' && reader.block)) return;
  if (TEMPORARY[reader.tokens.peekWord()] === 1) {
    reader.tokens.next();
    frame.temporary = true;
  }
  frame.expectTarget('create', false);
}

/** Tables follow in MERGE … USING and DELETE … USING; behind a join it lists columns. */
function using({ dialect, tokens }: Reader, frame: Frame): void {
  const deletes = frame.verb === 'delete' && !frame.joined && !dialect.deletesColumns;
  const tables = !frame.usingSeen && (frame.verb === 'merge' || deletes);
  frame.usingSeen = true;
  if (tables) frame.expectTable();
  else {
    frame.mode = IDLE;
    frame.list &&= tokens.isNext(OPEN_CODE);
  }
}

function on(_reader: Reader, frame: Frame): void {
  if (frame.mode === INDEX && frame.verb !== '') frame.expectTarget(frame.verb, false);
  else if (frame.mode === BEHIND) frame.mode = IDLE;
}

function set(_reader: Reader, frame: Frame): void {
  frame.leaveTables();
  frame.inSet = frame.verb === 'update';
  frame.assignment = frame.inSet && frame.targets > 1;
}

function leaveTables(_reader: Reader, frame: Frame): void {
  frame.leaveTables();
}

function returning(_reader: Reader, frame: Frame): void {
  frame.leaveTables();
  frame.returning = true;
}

function union(reader: Reader, frame: Frame): void {
  frame.leaveTables();
  meetUnion(reader, frame);
}

/** In procedural code a statement follows; in CASE it does not. */
function branch(reader: Reader, frame: Frame): void {
  if (frame.verb === '' && frame.kind !== EXPRESSION) frame.atStart = true;
  else if (reader.block && frame.verb !== 'select') frame.atStart = true;
}

function loop(reader: Reader, frame: Frame): void {
  if (!reader.block && frame.verb !== '') return;
  reader.flush(frame);
  frame.leaveTables();
  frame.atStart = true;
}

/** `LATERAL VIEW explode(x) t AS a, b`: a function, though no JOIN announces it. */
function lateral(reader: Reader, frame: Frame): void {
  if (reader.tokens.peekWord() !== VIEW) return;
  frame.expectRows();
}

export const CLAUSES = compileWords<Handler>({
  select,
  insert: change('insert', false),
  update: change('update', true),
  delete: change('delete', true),
  from,
  to,
  'join straight_join': join,
  apply,
  into,
  using,
  on,
  set,
  for: forClause,
  'group order': sort,
  by: sortBy,
  'where having limit offset fetch window qualify connect prewhere values output when': leaveTables,
  returning,
  'union intersect except minus': union,
  'then else': branch,
  'loop begin': loop,
  with: withClause,
  table,
  'clone copy': clone,
  format,
  overwrite,
  lateral,
});
