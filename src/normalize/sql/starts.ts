/** What words do that begin a statement. */
import { CLAUSES } from './clauses.ts';
import type { SkipReason } from './findings.ts';
import { type Frame, OBJECT, type Verb } from './frame.ts';
import { compileWords, type Handler, wordSet } from './handlers.ts';
import { IGNORED, QUIET } from './housekeeping.ts';
import { wordNumber } from './lexicon.ts';
import type { Reader } from './reader.ts';

const OPEN_CODE = 40;
const SEMICOLON_CODE = 59;
const STATISTICS = wordNumber('statistics');
/** Behind BEGIN: a transaction, not a block. */
const TRANSACTION = wordSet(
  'transaction tran work isolation read deferred immediate exclusive concurrent distributed not',
);

/** A verb whose tables follow at once. */
function change(verb: Verb, list: boolean): Handler {
  return (reader, frame) => {
    reader.beginVerb(frame, verb);
    frame.expectTarget(verb, list);
  };
}

const insert = change('insert', false);

function replace(reader: Reader, frame: Frame): void {
  if (reader.tokens.isNext(OPEN_CODE)) opaque(reader, frame);
  else insert(reader, frame);
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
  frame.expectTable();
}

function copy(reader: Reader, frame: Frame): void {
  reader.beginVerb(frame, 'copy');
  if (!reader.tokens.isNext(OPEN_CODE)) frame.expectTarget('copy', false);
}

/** LOAD DATA … INTO TABLE, BULK INSERT. */
function load(reader: Reader, frame: Frame): void {
  reader.beginVerb(frame, 'copy');
}

function call(reader: Reader, frame: Frame): void {
  opaque(reader, frame);
  if (reader.depth === 0) reader.findings.statementVerb ||= 'call';
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

function end(reader: Reader): void {
  reader.findings.statementReason ||= 'transaction_control';
}

function mapReasons(reasons: Readonly<Record<string, SkipReason>>, handler: (reason: SkipReason) => Handler) {
  return Object.fromEntries(Object.entries(reasons).map(([words, reason]) => [words, handler(reason)] as const));
}

export const STARTS = compileWords<Handler>({
  select: CLAUSES[wordNumber('select')]!,
  from: (reader, frame) => {
    reader.beginVerb(frame, 'select');
    CLAUSES[wordNumber('from')]!(reader, frame);
  },
  'insert upsert': insert,
  replace,
  update,
  delete: change('delete', true),
  merge: change('merge', false),
  truncate: change('truncate', true),
  rename: change('rename', true),
  create: define('create'),
  alter: define('alter'),
  drop: define('drop'),
  refresh: define('insert'),
  values,
  table,
  copy,
  'load bulk': load,
  'call exec execute': call,
  'unload export import if while elsif elseif': opaque,
  do: runBlock,
  begin,
  declare,
  'go try catch exception else then loop': goOn,
  end,
  ...mapReasons(QUIET, quiet),
  ...mapReasons(IGNORED, ignore),
});
