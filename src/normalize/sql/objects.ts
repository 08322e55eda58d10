/** CREATE, ALTER, DROP: what kind of object the statement is about, and where its table is named. */
import type { SkipReason } from './findings.ts';
import { type Frame, IDLE, INDEX } from './frame.ts';
import { compileWords, type Handler, wordSet } from './handlers.ts';
import type { Reader } from './reader.ts';
import { WORD } from './token-kinds.ts';
import type { Tokens } from './tokens.ts';

export function readObjectKind(reader: Reader, frame: Frame): void {
  KINDS[reader.tokens.word]?.(reader, frame);
}

function table(_reader: Reader, frame: Frame): void {
  if (frame.verb !== '') frame.expectTarget(frame.verb, frame.verb === 'drop');
}

/** A view that may read itself: the name in its body is not the view. */
function recursive(_reader: Reader, frame: Frame): void {
  frame.recursive = frame.verb === 'create';
}

function index(_reader: Reader, frame: Frame): void {
  frame.mode = INDEX;
}

function temporary(_reader: Reader, frame: Frame): void {
  frame.temporary = frame.verb === 'create' || frame.verb === 'drop';
}

/** Statements may stand in its body that do not run now: then nothing behind it counts. */
function program(reader: Reader, frame: Frame): void {
  frame.mode = IDLE;
  reader.dead = frame.verb === 'drop' ? 'statement' : 'program';
}

/**
 * True for a word that opens a body which may go on behind a semicolon: only bodies in quotes or parentheses surely
 * end there.
 */
export function opensProgram(tokens: Tokens): boolean {
  if (tokens.kind !== WORD) return false;
  if (BEFORE_BODY[tokens.word] === 1) return !BODY_QUOTES.some(code => tokens.isNext(code));
  if (EVENTS[tokens.word] === 1) return BEHIND_EVENT[tokens.peekWord()] !== 1;
  return OPENS_PROGRAM[tokens.word] === 1;
}

const OPENS_PROGRAM = wordSet('begin select declare if while loop merge values');
const BEFORE_BODY = wordSet('as is');
/** What a body in quotes begins with; `r` and `E` may stand before the quote. */
const BODY_QUOTES = [...`'"$(rRE`].map(quote => quote.charCodeAt(0));
/** What triggers fire on, or what a body does. */
const EVENTS = wordSet('insert update delete');
const BEHIND_EVENT = wordSet('on or of');

function other(reader: Reader, frame: Frame): void {
  frame.mode = IDLE;
  reader.dead = 'statement';
}

/** ALTER SESSION and the like change no object. */
function setting(reason: SkipReason): Handler {
  return (reader, frame) => {
    reader.findings.statementReason = reason;
    other(reader, frame);
  };
}

const KINDS = compileWords<Handler>({
  'table view columnfamily': table,
  recursive,
  index,
  'temp temporary': temporary,
  'function procedure proc trigger package rule event': program,
  session: setting('session'),
  system: setting('settings'),
  [`database schema sequence type user role extension login publication subscription policy statistics domain server
  aggregate tablespace synonym language credential certificate stream task stage pipe dictionary keyspace
  warehouse`]: other,
  prepare: setting('prepare'),
});
