/**
 * WITH lists: names that are no tables. A name is visible behind its body, and inside it only where the expression is
 * recursive: in `WITH orders AS (SELECT * FROM orders)` the inner one is the table.
 */
import { EXPRESSION, type Frame, IDLE, LIST_BEHIND, LIST_BODY, LIST_NAME, NO_LIST, QUERY } from './frame.ts';
import { wordSet } from './handlers.ts';
import { wordNumber } from './lexicon.ts';
import { foldName } from './names.ts';
import type { Reader } from './reader.ts';
import { QUOTED } from './tokens.ts';

const DOT_CODE = 46;
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
    else declareName(reader, frame);
    return true;
  }
  if (frame.withList === LIST_BODY && BEFORE_BODY[tokens.word] === 1) return true;
  frame.withList = NO_LIST;
  return false;
}

function declareName(reader: Reader, frame: Frame): void {
  const { tokens, locals } = reader;
  const quote = tokens.kind === QUOTED ? tokens.quote : 0;
  if (tokens.isNext(DOT_CODE)) return;
  frame.bodyOf = locals.declare(foldName(tokens.text.slice(tokens.start, tokens.stop), quote, reader.dialect));
  frame.withList = LIST_BODY;
}
