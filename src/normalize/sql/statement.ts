/**
 * SQL text of a span → what it does to which tables. The only way into this folder. Every function takes any text
 * whatever, cut or broken, in time linear in its length, and never throws; texts are read, not kept.
 */
import { dialectOf, speaksSql } from './dialect.ts';
import type { Effect, Findings, Outcome, SkipReason } from './findings.ts';
import { isNamePart, readName, type TableName } from './names.ts';
import { Reader } from './reader.ts';
import { summaryFindings } from './summary.ts';
import { END } from './token-kinds.ts';
import { Tokens } from './tokens.ts';

export type { Effect } from './findings.ts';
export type { TableName } from './names.ts';

export interface Statement {
  /** One per verb and table. */
  readonly effects: readonly Effect[];
  /**
   * `tables`: there are effects. `queries`: a procedure or something unreadable, work on the database as a whole.
   * `verb_only`: the verb is known, its table is not. `skip`: no work on data.
   */
  readonly outcome: Outcome;
  /** Why it is skipped; empty for the other outcomes. */
  readonly reason: SkipReason | '';
  /** Lower case: the first verb that works on data; of a skipped text its first word; empty when neither is known. */
  readonly verb: string;
  /** The text breaks off, so there may be more effects than these. */
  readonly truncated: boolean;
  /** From a sqlcommenter comment; empty when there is none. */
  readonly traceparent: string;
  /** Names in the text that stand for something else than a table: common table expressions, temporary tables, aliases. */
  readonly locals: readonly string[];
}

/** @param text one statement or several, joined by semicolons. @param system `db.system.name`. */
export function readStatement(text: string, system: string): Statement {
  const reader = new Reader(text, system);
  return toStatement(speaksSql(system) ? reader.read() : reader.readForeign(), reader.tokens, reader.locals.names);
}

/** @param summary `db.query.summary`: operations, each followed by its targets. */
export function readSummary(summary: string, system: string): Statement {
  const tokens = new Tokens(summary, dialectOf(system));
  return toStatement(summaryFindings(tokens, system), tokens, []);
}

/** A table attribute's value; one that is no SQL name is the table as it stands. */
export function readTableName(name: string, system: string): TableName {
  const dialect = dialectOf(system);
  const tokens = new Tokens(name, dialect);
  tokens.next();
  const read = isNamePart(tokens) ? readName(tokens, dialect) : undefined;
  if (read !== undefined && tokens.kind === END && !tokens.truncated) return read;
  return { catalog: '', schema: '', table: name.trim() };
}

function toStatement(findings: Findings, tokens: Tokens, locals: readonly string[]): Statement {
  const { effects, outcome } = findings;
  return {
    effects,
    outcome,
    reason: outcome === 'skip' ? findings.reason || 'empty' : '',
    verb: findings.verb || (outcome === 'skip' ? findings.word : ''),
    truncated: tokens.truncated || findings.full,
    traceparent: tokens.traceparent,
    locals,
  };
}
