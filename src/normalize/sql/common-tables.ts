/**
 * WITH lists: names that are no tables. A name is visible behind its body, and inside it only where the expression is
 * recursive: in `WITH orders AS (SELECT * FROM orders)` the inner one is the table.
 */
import { EXPRESSION, type Frame, IDLE, LIST_BEHIND, LIST_BODY, LIST_NAME, NO_LIST } from './frame.ts';
import { wordSet } from './handlers.ts';
import { wordNumber } from './lexicon.ts';
import { localName } from './locals.ts';
import { readName } from './names.ts';
import type { Reader } from './reader.ts';

/** Databricks and Snowflake let AS away. */
const OPENS_BODY = wordSet('select with');
const OPEN_CODE = 40;
/** Verbs (none in procedural code) whose statement may hold a query with a list of its own. */
const MAY_HOLD: ReadonlySet<string> = new Set(['', 'create', 'alter', 'insert']);
/** Words behind which a query may begin. */
const BEFORE_LIST = wordSet('as for');
const WITH = wordNumber('with');
const RECURSIVE = wordNumber('recursive');
const AS = wordNumber('as');
const MATERIALIZED = wordNumber('materialized');
/** Words that may stand between a name and its body. */
const BEFORE_BODY = wordSet('as not materialized');

/** A word or name inside the list; false when the list is over and the word means what it always does. */
export function readListToken(reader: Reader, frame: Frame): boolean {
  const { tokens } = reader;
  if (frame.withList === LIST_NAME) {
    if (tokens.word === RECURSIVE) frame.recursive = true;
    else if (tokens.word !== WITH) declareName(reader, frame);
    return true;
  }
  if (frame.withList === LIST_BODY && BEFORE_BODY[tokens.word] === 1) return true;
  frame.withList = NO_LIST;
  return false;
}

function declareName(reader: Reader, frame: Frame): void {
  const { tokens, locals } = reader;
  const name = readName(tokens, reader.dialect);
  reader.held = true;
  if (name === undefined) return;
  frame.declared = locals.declare(localName(name));
  frame.withList = LIST_BODY;
}

/** WITH: the beginning of a list where a query may stand, else a clause of something else. */
export function beginList(reader: Reader, frame: Frame): void {
  const { tokens } = reader;
  const mayBegin = frame.atStart || MAY_HOLD.has(frame.verb) || BEFORE_LIST[tokens.previousWord] === 1;
  if (!mayBegin || tokens.isNext(OPEN_CODE)) return;
  frame.mode = IDLE;
  frame.list = false;
  frame.withList = LIST_NAME;
  frame.recursive = false;
}

/** An opening parenthesis inside the list: a body or column names; false when the list is over. */
export function openInList(reader: Reader, frame: Frame): boolean {
  const { previousWord } = reader.tokens;
  if (frame.withList !== LIST_BODY) {
    frame.withList = NO_LIST;
    return false;
  }
  const body = reader.push(EXPRESSION, IDLE, frame);
  const query = previousWord === AS || previousWord === MATERIALIZED;
  if (!query && OPENS_BODY[reader.tokens.peekWord()] !== 1) return true;
  body.bodyOf = frame.declared;
  if (frame.recursive) reader.locals.show(body.bodyOf);
  return true;
}

/** The body closed: its name is visible from here on, and another name or the statement itself may follow. */
export function closeBody(reader: Reader, body: Frame, frame: Frame): void {
  if (frame.withList !== LIST_BODY || frame.declared !== body.bodyOf) return;
  reader.locals.show(body.bodyOf);
  frame.declared = -1;
  frame.withList = LIST_BEHIND;
  frame.atStart = true;
}

export function listComma(frame: Frame): void {
  frame.withList = LIST_NAME;
}

/** Behind UNION a body may name itself even where the system knows no RECURSIVE. */
export function meetUnion(reader: Reader, frame: Frame): void {
  if (frame.bodyOf >= 0 && reader.dialect.selfReference) reader.locals.show(frame.bodyOf);
}
