/** What words do that begin a statement. */
import { beginChange, CLAUSES } from './clauses.ts';
import type { SkipReason } from './findings.ts';
import { type Frame, OBJECT, type Verb } from './frame.ts';
import { compileWords, type Handler, wordSet } from './handlers.ts';
import { IGNORED, QUIET } from './housekeeping.ts';
import { wordNumber } from './lexicon.ts';
import type { Reader } from './reader.ts';

const OPEN_CODE = 40;
const SEMICOLON_CODE = 59;
const QUOTE_CODE = 39;
const STATISTICS = wordNumber('statistics');
const MATERIALIZED = wordNumber('materialized');
const TABLE = wordNumber('table');
/** Behind EXECUTE: a statement in a string follows. */
const BEFORE_TEXT = wordSet('immediate sp_executesql');
/** Behind BEGIN: a transaction, not a block. */
const TRANSACTION = wordSet(
  'transaction tran work isolation read deferred immediate exclusive concurrent distributed not',
);

/** A verb whose tables follow at once. */
function change(verb: Verb, list: boolean, written: Verb = verb): Handler {
  return (reader, frame) => beginChange(reader, frame, verb, list, written);
}

const replaceRows = change('insert', false, 'replace');

function replace(reader: Reader, frame: Frame): void {
  if (reader.tokens.isNext(OPEN_CODE)) opaque(reader, frame);
  else replaceRows(reader, frame);
}

function update(reader: Reader, frame: Frame) {
  if (reader.tokens.peekWord() === STATISTICS) return ignore('settings')(reader, frame);
  reader.beginVerb(frame, 'update');
  frame.expectTarget('update', true);
}

function define(verb: Verb): Handler {
  return (reader, frame) => {
    reader.beginVerb(frame, verb);
    frame.mode = OBJECT;
  };
}

function values(reader: Reader, frame: Frame): void {
  reader.beginVerb(frame, 'select');
}

function table(reader: Reader, frame: Frame): void {
  reader.beginVerb(frame, 'select');
  reader.findings.fromSeen = true;
  frame.expectRows();
}

function copy(reader: Reader, frame: Frame): void {
  reader.beginVerb(frame, 'copy');
  if (!reader.tokens.isNext(OPEN_CODE)) frame.expectTarget('copy', false);
}

/** LOAD DATA … INTO TABLE, BULK INSERT: files are copied into a table. */
function load(written: Verb): Handler {
  return (reader, frame) => reader.beginVerb(frame, 'copy', written);
}

/** Hive's EXPORT TABLE and IMPORT TABLE; other exports hold a query. */
function transfer(out: boolean): Handler {
  return (reader, frame) => {
    if (reader.tokens.peekWord() !== TABLE) return opaque(reader, frame);
    reader.beginVerb(frame, 'copy');
    frame.expectTarget('copy', false);
    frame.copiesOut = out;
  };
}

function unload(reader: Reader, frame: Frame): void {
  opaque(reader, frame);
  reader.awaitsBody = true;
}

/** Only of a materialized view it moves data. */
function refresh(reader: Reader, frame: Frame): void {
  const handler = reader.tokens.peekWord() === MATERIALIZED ? define('refresh') : ignore('settings');
  handler(reader, frame);
}

/** A procedure, or a statement in a string, which is read where it stands there. */
function call(reader: Reader, frame: Frame): void {
  const { tokens } = reader;
  opaque(reader, frame);
  if (reader.depth === 0) reader.findings.statementVerb ||= 'call';
  reader.awaitsBody = BEFORE_TEXT[tokens.peekWord()] === 1 || tokens.isNext(OPEN_CODE) || tokens.isNext(QUOTE_CODE);
}

/** The statement behind the condition follows behind THEN, or (SQL Server) at once. */
function condition(reader: Reader, frame: Frame): void {
  frame.atStart = false;
  frame.conditional = true;
  reader.findings.conditional = true;
}

function opaque(reader: Reader, frame: Frame): void {
  frame.atStart = false;
  reader.findings.opaque = true;
}

function runBlock(reader: Reader, frame: Frame): void {
  opaque(reader, frame);
  reader.awaitsBody = true;
}

function begin(reader: Reader, frame: Frame): void {
  const { tokens } = reader;
  quiet('transaction_control')(reader, frame);
  if (TRANSACTION[tokens.peekWord()] === 1 || tokens.isNext(SEMICOLON_CODE)) return;
  reader.block = true;
  if (!frame.conditional) reader.blockAt = tokens.stop;
  frame.atStart = true;
}

function declare(reader: Reader, frame: Frame): void {
  quiet('session')(reader, frame);
  reader.block = true;
}

/** No work on data by itself; a verb may still follow without a semicolon. */
function quiet(reason: SkipReason): Handler {
  return (reader, frame) => {
    frame.atStart = false;
    reader.findings.statementReason ||= reason;
  };
}

/** No work on data, whatever words follow up to the statement's end. */
function ignore(reason: SkipReason): Handler {
  return (reader, frame) => {
    quiet(reason)(reader, frame);
    reader.dead = 'statement';
  };
}

/** The next statement begins right behind the word. */
function goOn(): void {}

function end(reader: Reader, frame: Frame): void {
  reader.findings.statementReason ||= 'transaction_control';
  if (TRANSACTION[reader.tokens.peekWord()] === 1) frame.atStart = false;
}

function mapReasons(reasons: Readonly<Record<string, SkipReason>>, handler: (reason: SkipReason) => Handler) {
  return Object.fromEntries(Object.entries(reasons).map(([words, reason]) => [words, handler(reason)] as const));
}

export const STARTS = compileWords<Handler>({
  'select perform': CLAUSES[wordNumber('select')]!,
  from: (reader, frame) => {
    reader.beginVerb(frame, 'select');
    CLAUSES[wordNumber('from')]!(reader, frame);
  },
  insert: change('insert', false),
  upsert: change('insert', false, 'upsert'),
  replace,
  update,
  delete: change('delete', true),
  merge: change('merge', false),
  truncate: change('truncate', true),
  rename: change('rename', true),
  create: define('create'),
  alter: define('alter'),
  drop: define('drop'),
  refresh,
  values,
  table,
  copy,
  load: load('load'),
  bulk: load('insert'),
  'call exec execute': call,
  unload,
  export: transfer(true),
  import: transfer(false),
  'if while elsif elseif': condition,
  do: (reader, frame) => (reader.dialect.doEvaluates ? values : runBlock)(reader, frame),
  begin,
  declare,
  'go try catch exception else then loop': goOn,
  end,
  ...mapReasons(QUIET, quiet),
  ...mapReasons(IGNORED, ignore),
});
