/**
 * Names inside expressions: columns, and functions that are called. They matter only where no table is named: they tell
 * a health check from work on data.
 */
import type { Findings } from './findings.ts';
import { wordSet } from './handlers.ts';
import { mayBeAlias } from './lexicon.ts';
import { CAST, CLOSE, DOT, NUMBER, PARAMETER, QUOTED, STRING, VARIABLE, WORD } from './token-kinds.ts';
import type { Tokens } from './tokens.ts';

/** Behind these a type, a character set or a sequence is named. */
const BEFORE_NO_COLUMN = wordSet('as using for');
/** Kinds of tokens behind which a name is an alias or a type, not a column. */
const ENDS_OPERAND = new Set([STRING, NUMBER, PARAMETER, CLOSE, QUOTED, VARIABLE, CAST, DOT]);

export class Operands {
  private readonly tokens: Tokens;
  private readonly findings: Findings;
  /** Where the last dotted name began and how far it goes. */
  private start = 0;
  private stop = -1;
  /** It counts as a column so far. */
  private counted = false;

  constructor(tokens: Tokens, findings: Findings) {
    this.tokens = tokens;
    this.findings = findings;
  }

  /** The current token is a word or a name. */
  addName(): void {
    const { kind, start, stop, word, previousKind, previousWord } = this.tokens;
    this.stop = stop;
    this.findings.selects = true;
    if (previousKind === DOT) return;
    this.start = kind === QUOTED ? start - 1 : start;
    const begins = previousKind === WORD ? previousWord !== 0 : !ENDS_OPERAND.has(previousKind);
    this.counted = begins && mayBeAlias(word) && BEFORE_NO_COLUMN[previousWord] !== 1;
    if (this.counted) this.findings.addColumn(this.start, stop);
  }

  /** The current token is an operator or a value; a name before a string is its type. */
  addOther(): void {
    const { kind, previousKind } = this.tokens;
    this.findings.selects = true;
    if (kind === STRING && this.counted && previousKind === WORD) this.findings.dropColumn();
    this.counted &&= kind === DOT;
  }

  /** The current token opens parentheses; a name before them is a function's. */
  addParenthesis(): void {
    const { previousWord, previousStop } = this.tokens;
    if (!mayBeAlias(previousWord) || this.stop !== previousStop) return;
    if (this.counted) this.findings.dropColumn();
    this.counted = false;
    this.findings.addFunction(this.start, previousStop);
  }

  /** Parentheses or the statement closed: what follows has nothing to do with the name before. */
  close(): void {
    this.counted = false;
  }
}
