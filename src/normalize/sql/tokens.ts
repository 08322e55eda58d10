/**
 * SQL text → tokens, one at a time, in one pass and without copying: a token is its kind and its offsets. Comments are
 * skipped (a sqlcommenter traceparent in one is kept). The text may break off anywhere: then the last token is END
 * with `truncated` set.
 */

import { findTraceparent } from '../../lib/traceparent.ts';
import { opensDashComment, tokenStart } from './blanks.ts';
import { BLANK, classOf, DIGIT, isNameCode, LETTER } from './characters.ts';
import type { Dialect } from './dialect.ts';
import { findWord, HASH_SEED, hashStep } from './lexicon.ts';
import { alternativeEnd, commentEnd, dollarTagLength, lineEnd, stringEnd } from './quoted.ts';
import {
  CAST,
  CLOSE,
  COMMA,
  DOT,
  END,
  NUMBER,
  OPEN,
  OTHER,
  PARAMETER,
  QUOTED,
  SEMICOLON,
  STRING,
  VARIABLE,
  WORD,
} from './token-kinds.ts';

/** Characters of a statement that are read. */
const MAX_LENGTH = 65_536;
/** Lengths at which instrumentations and SDKs cut: a text as long as this may end inside a name. */
const CUT_LENGTHS: ReadonlySet<number> = new Set([
  1000, 1023, 1024, 2000, 2047, 2048, 4000, 4095, 4096, 8000, 8191, 8192, 10_000, 16_384, 32_768,
]);

const QUOTE = 39;
const DOUBLE_QUOTE = 34;
const BACKTICK = 96;
const BRACKET = 91;

export class Tokens {
  kind = END;
  start = 0;
  stop = 0;
  /** Lexicon number of a WORD that SQL gives a meaning; never of one behind a dot. */
  word = 0;
  /** Opening quote of a QUOTED token. */
  quote = 0;
  previousKind = END;
  previousWord = 0;
  previousStop = 0;
  truncated = false;
  private readonly mayBeCut: boolean;
  traceparent = '';
  readonly text: string;
  private readonly dialect: Dialect;
  private end: number;
  private at = 0;
  /** An inner delimiter that reads as a blank: the end of an opened dollar quote. */
  private seamAt = -1;
  private seamLength = 0;
  /** Inside a comment whose text is code. */
  private versionOpen = false;

  constructor(text: string, dialect: Dialect) {
    this.text = text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) : text;
    this.end = this.text.length;
    this.truncated = text.length > MAX_LENGTH;
    this.mayBeCut = this.truncated || CUT_LENGTHS.has(text.length);
    this.dialect = dialect;
  }

  next() {
    this.previousKind = this.kind;
    this.previousWord = this.word;
    this.previousStop = this.stop;
    this.word = 0;
    const { text } = this;
    this.skipBlanks();
    this.start = this.at;
    if (this.at >= this.end) {
      this.kind = END;
      this.stop = this.at;
      return;
    }
    const code = text.charCodeAt(this.at);
    const kind = classOf(code);
    if (kind === LETTER) this.readWord();
    else if (kind === DIGIT) this.readNumber();
    else this.readMark(code);
  }

  /** True when the text breaks off right behind the token before END. */
  get cutBehindPrevious(): boolean {
    return this.kind === END && (this.truncated || this.mayBeCut) && this.previousStop >= this.start;
  }

  /** Reads on inside the string that is the current token. */
  enterString() {
    const quote = this.text.indexOf("'", this.start);
    const tag = dollarTagLength(this.text, this.start, this.end);
    const length = tag || 1;
    this.at = (tag > 0 ? this.start : quote) + length;
    this.seamAt = this.stop - length;
    this.seamLength = length;
  }

  /** Takes `-name` behind the current word into the token: projects of BigQuery are called `my-project`. */
  joinDashes() {
    while (this.text.charCodeAt(this.stop) === 45 && isNameCode(this.text.charCodeAt(this.stop + 1))) {
      this.stop = this.at = this.nameEnd(this.stop + 1);
    }
  }

  /** True when the current token is that word (lower case) and calls something in quotes. */
  isCallOf(name: string): boolean {
    const { text, start, stop } = this;
    if (stop - start !== name.length || text.charCodeAt(stop) !== 40 || text.charCodeAt(stop + 1) !== QUOTE)
      return false;
    return text.slice(start, stop).toLowerCase() === name;
  }

  /** True when the next token begins with `code`. */
  isNext(code: number): boolean {
    return this.text.charCodeAt(this.ahead()) === code;
  }

  /** Where the next token begins. */
  private ahead(): number {
    return tokenStart(this.text, this.at, this.end, this.dialect);
  }

  /** True when the current token goes on behind a dot. */
  isDotted(): boolean {
    return this.text.charCodeAt(this.at) === 46 && this.text.charCodeAt(this.at + 1) !== 46;
  }

  /** Lexicon number of the word that comes next; 0 for anything else. */
  peekWord(): number {
    const { text, end } = this;
    const start = this.ahead();
    let at = start;
    let hash = HASH_SEED;
    for (; at < end && isNameCode(text.charCodeAt(at)); at++) hash = hashStep(hash, text.charCodeAt(at));
    return findWord(text, start, at, hash);
  }

  private skipBlanks() {
    const { text, end, dialect } = this;
    while (this.at < end) {
      const code = text.charCodeAt(this.at);
      if (this.at === this.seamAt) {
        this.at += this.seamLength;
        continue;
      }
      if (code === 32) {
        this.at++;
        continue;
      }
      if (code > 47 && code < 128 && code !== 64) return;
      const following = text.charCodeAt(this.at + 1);
      if (code <= 32 || (code >= 128 && classOf(code) === BLANK)) this.at++;
      else if (code === 45 && following === 45 && opensDashComment(text, this.at, end, dialect)) this.skipLine();
      else if (code === 35 && (dialect.hashComments === true || (dialect.hashComments && following <= 32)))
        this.skipLine();
      else if (code === 47 && following === 42) this.skipComment();
      else if (code === 47 && following === 47 && dialect.slashComments) this.skipLine();
      else if (code === 64 && following === 123) this.skipHint();
      else if (this.versionOpen && code === 42 && following === 47) this.closeVersionComment();
      else return;
    }
  }

  private skipLine() {
    const stop = lineEnd(this.text, this.at, this.end);
    this.noteTraceparent(this.at, stop);
    this.at = stop;
  }

  private skipComment() {
    const { text, at, dialect } = this;
    if (dialect.versionComments && text.charCodeAt(at + 2) === 33) {
      this.at += 3;
      while (classOf(text.charCodeAt(this.at)) === DIGIT) this.at++;
      this.versionOpen = true;
      return;
    }
    const stop = commentEnd(text, at + 2, this.end, dialect.nestedComments);
    this.noteTraceparent(at, stop < 0 ? this.end : stop);
    if (stop < 0) this.breakOff();
    else this.at = stop;
  }

  private closeVersionComment() {
    this.at += 2;
    this.versionOpen = false;
  }

  private noteTraceparent(start: number, stop: number) {
    if (this.traceparent === '') this.traceparent = findTraceparent(this.text, start, stop);
  }

  /** The rest of the text is the beginning of something that never ends. */
  private breakOff() {
    this.kind = END;
    this.at = this.end;
    this.stop = this.end;
    this.truncated = true;
  }

  private readWord() {
    const { text } = this;
    const end = this.seamAt > this.at ? this.seamAt : this.end;
    let hash = HASH_SEED;
    let at = this.at;
    for (; at < end; at++) {
      const code = text.charCodeAt(at);
      if (!isNameCode(code)) break;
      hash = hashStep(hash, code);
    }
    if (text.charCodeAt(at) === QUOTE && at - this.at <= 2 && this.readPrefixedString(at)) return;
    this.kind = WORD;
    this.stop = this.at = at;
    if (this.previousKind !== DOT) this.word = findWord(text, this.start, at, hash);
  }

  /** `N'…'`, `E'…'`, `q'[…]'` and the like; the prefix ends at `quoteAt`. */
  private readPrefixedString(quoteAt: number): boolean {
    const prefix = this.text.slice(this.at, quoteAt).toLowerCase();
    if (prefix === 'q' || prefix === 'nq') this.readTo(STRING, alternativeEnd(this.text, quoteAt + 1, this.end));
    else if (prefix === 'n' || prefix === 'e' || prefix === 'b' || prefix === 'x' || prefix === 'r') {
      const backslash = prefix === 'e' || this.dialect.backslash;
      this.readString(QUOTE, quoteAt + 1, backslash);
    } else return false;
    return true;
  }

  /** A string whose opening quote stands before `from`; one that is open where an entered string ends, ends there. */
  private readString(quote: number, from: number, backslash: boolean | 'unsure') {
    const { text, seamAt } = this;
    if (this.dialect.tripleQuotes && this.isTripled(from - 1, quote)) {
      const close = text.indexOf(text.slice(from - 1, from + 2), from + 2);
      return this.readTo(STRING, close < 0 ? -1 : close + 3);
    }
    if (seamAt < from) return this.readTo(STRING, stringEnd(text, from, this.end, quote, backslash));
    const stop = stringEnd(text, from, seamAt, quote, backslash);
    this.readTo(STRING, stop < 0 ? seamAt : stop);
  }

  private isTripled(at: number, quote: number): boolean {
    return this.text.charCodeAt(at + 1) === quote && this.text.charCodeAt(at + 2) === quote;
  }

  private readTo(kind: number, stop: number) {
    if (stop < 0) return this.breakOff();
    this.kind = kind;
    this.stop = this.at = stop;
  }

  private readNumber() {
    const { text, end } = this;
    let at = this.at + 1;
    while (at < end) {
      const code = text.charCodeAt(at);
      if (!isNameCode(code) && !(code === 46 && classOf(text.charCodeAt(at + 1)) === DIGIT)) break;
      at++;
    }
    this.readTo(NUMBER, at);
  }

  private readMark(code: number) {
    const { at } = this;
    switch (code) {
      case 40:
        return this.readTo(OPEN, at + 1);
      case 41:
        return this.readTo(CLOSE, at + 1);
      case 44:
        return this.readTo(COMMA, at + 1);
      case 59:
        return this.readTo(SEMICOLON, at + 1);
      case 46:
        return this.readDot();
      case QUOTE:
        return this.readString(QUOTE, at + 1, this.dialect.backslash);
      case DOUBLE_QUOTE:
        if (this.dialect.tripleQuotes && this.isTripled(at, code)) return this.readString(code, at + 1, true);
        return this.readQuotedName(code, code);
      case BACKTICK:
        return this.readQuotedName(code, code);
      case BRACKET:
        return this.opensName() ? this.readQuotedName(BRACKET, 93) : this.readTo(OTHER, at + 1);
      case 0x2026:
        return this.readEllipsis(1);
      default:
        return this.readSigil(code);
    }
  }

  private readQuotedName(open: number, close: number) {
    const backslash = open === DOUBLE_QUOTE && this.dialect.backslash === true;
    const stop = stringEnd(this.text, this.at + 1, this.end, close, backslash);
    this.readTo(QUOTED, stop);
    if (this.kind === END) return;
    this.quote = open;
    this.start++;
    this.stop--;
  }

  /** A bracket opens a name, unless it is a subscript or an array. */
  private opensName(): boolean {
    const { brackets } = this.dialect;
    if (brackets !== 'unsure') return brackets;
    const before = this.text.charCodeAt(this.at - 1);
    if (isNameCode(before) || before === 93 || before === 41 || before === DOUBLE_QUOTE) return this.previousWord !== 0;
    return isNameCode(this.text.charCodeAt(this.at + 1)) && classOf(this.text.charCodeAt(this.at + 1)) === LETTER;
  }

  private readDot() {
    const { text, at } = this;
    if (text.charCodeAt(at + 1) === 46 && text.charCodeAt(at + 2) === 46) return this.readEllipsis(3);
    const number =
      classOf(text.charCodeAt(at + 1)) === DIGIT && this.previousKind !== WORD && this.previousKind !== QUOTED;
    if (number) this.readNumber();
    else this.readTo(DOT, at + 1);
  }

  /** At the end it says that the text was cut; elsewhere that values were left out. */
  private readEllipsis(length: number) {
    const rest = this.text
      .slice(this.at + length, this.at + length + 12)
      .trim()
      .toLowerCase();
    const marked = rest.startsWith('[trunc') || rest.startsWith('(trunc') || rest.startsWith('<trunc');
    if (!marked && (rest !== '' || this.text.length > this.at + length + 12))
      return this.readTo(OTHER, this.at + length);
    this.breakOff();
  }

  private readSigil(code: number) {
    const { text, at } = this;
    const next = text.charCodeAt(at + 1);
    if (code === 63) return this.readTo(PARAMETER, this.nameEnd(at + 1));
    if (code === 64) {
      if (next === 64) return this.readTo(PARAMETER, this.nameEnd(at + 2));
      return this.readTo(VARIABLE, this.nameEnd(at + 1));
    }
    if (code === 35 && (next === 35 || isNameCode(next))) return this.readTo(VARIABLE, this.nameEnd(at + 2));
    if (code === 58) {
      if (next === 58) return this.readTo(CAST, at + 2);
      return isNameCode(next) ? this.readTo(PARAMETER, this.nameEnd(at + 1)) : this.readTo(OTHER, at + 1);
    }
    if (code === 36) return this.readDollar();
    if (code === 37) return this.readPercent(next);
    this.readTo(OTHER, at + 1);
  }

  /** `@{FORCE_INDEX = i}` of Spanner and CockroachDB: as if it were not there. */
  private skipHint() {
    const stop = this.text.indexOf('}', this.at);
    if (stop < 0) this.breakOff();
    else this.at = stop + 1;
  }

  private nameEnd(from: number): number {
    let at = from;
    while (at < this.end && isNameCode(this.text.charCodeAt(at))) at++;
    return at;
  }

  private readDollar() {
    const { text, at, end } = this;
    const length = this.dialect.dollarQuotes ? dollarTagLength(text, at, end) : 0;
    if (length === 0) return this.readTo(PARAMETER, this.nameEnd(at + 1));
    const close = text.indexOf(text.slice(at, at + length), at + length);
    this.readTo(STRING, close < 0 ? -1 : close + length);
  }

  /** `%s`, `%(name)s`; else the operator. */
  private readPercent(next: number) {
    const { text, at } = this;
    if (next === 115 && !isNameCode(text.charCodeAt(at + 2))) return this.readTo(PARAMETER, at + 2);
    const stop = next === 40 ? this.nameEnd(at + 2) : at;
    const closed = stop > at && text.charCodeAt(stop) === 41 && text.charCodeAt(stop + 1) === 115;
    this.readTo(closed ? PARAMETER : OTHER, closed ? stop + 2 : at + 1);
  }
}
