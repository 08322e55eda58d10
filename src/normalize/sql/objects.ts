/** CREATE, ALTER, DROP: what kind of object the statement is about, and where its table is named. */
import type { SkipReason } from './findings.ts';
import { type Frame, IDLE, INDEX } from './frame.ts';
import { compileWords, type Handler } from './handlers.ts';
import type { Reader } from './reader.ts';

export function readObjectKind(reader: Reader, frame: Frame): void {
  KINDS[reader.tokens.word]?.(reader, frame);
}

function table(_reader: Reader, frame: Frame): void {
  if (frame.verb !== '') frame.expectTarget(frame.verb, frame.verb === 'drop');
}

function index(_reader: Reader, frame: Frame): void {
  frame.mode = INDEX;
}

function temporary(_reader: Reader, frame: Frame): void {
  frame.temporary = frame.verb === 'create';
}

/** Statements stand in its body that do not run now, so nothing behind it counts. */
function program(reader: Reader, frame: Frame): void {
  frame.mode = IDLE;
  reader.dead = frame.verb === 'drop' ? 'statement' : 'always';
}

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
  'table view': table,
  index,
  'temp temporary': temporary,
  'function procedure proc trigger package rule event': program,
  session: setting('session'),
  system: setting('settings'),
  [`database schema sequence type user role extension login publication subscription policy statistics domain server
  aggregate tablespace synonym language credential certificate`]: other,
});
