/**
 * Tokens → findings: a loop over the tokens with a stack of frames, one per open parenthesis, so that no text makes it
 * recurse. What a word does stands in the tables of `starts.ts` (first word of a statement) and `clauses.ts`.
 */
import { CLAUSES } from './clauses.ts';
import { closeBody, listComma, openInList, readListToken } from './common-tables.ts';
import { type Dialect, dialectOf } from './dialect.ts';
import { Findings } from './findings.ts';
import {
  BEHIND,
  EXPRESSION,
  Frame,
  IDLE,
  LIST_BEHIND,
  NAME,
  NO_LIST,
  OBJECT,
  QUERY,
  type Reference,
  TABLES,
  type Verb,
} from './frame.ts';
import { wordSet } from './handlers.ts';
import { mayBeAlias, wordNumber, wordText } from './lexicon.ts';
import { Locals } from './locals.ts';
import { foldName, readName } from './names.ts';
import { readObjectKind } from './objects.ts';
import { resolveTargets } from './resolve.ts';
import { STARTS } from './starts.ts';
import { addTable, isTableModifier, readTable } from './tables.ts';
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
  Tokens,
  VARIABLE,
  WORD,
} from './tokens.ts';

/** References held at a time. */
const MAX_REFERENCES = 512;
const AS = wordNumber('as');
const TOP = wordNumber('top');
const TABLE = wordNumber('table');
/** First words that make parentheses a query. */
const OPENERS = wordSet('select with values insert update delete merge');
/** Words that mean something behind AS; any other is a name there. */
const BEHIND_AS = wordSet('select with values');
/** Kinds of tokens behind which a name in an expression is an alias, not a column. */
const ENDS_OPERAND = new Set([STRING, NUMBER, PARAMETER, CLOSE, QUOTED, VARIABLE, CAST, DOT]);

export class Reader {
  readonly tokens: Tokens;
  readonly dialect: Dialect;
  readonly findings: Findings;
  readonly locals = new Locals();
  readonly references: Reference[] = [];
  frame: Frame;
  depth = 0;
  /** The current token is to be read again. */
  held = false;
  /** Nothing counts until the statement ends (or, `always`, the text does). */
  dead: 'no' | 'statement' | 'always' = 'no';
  /** Inside an anonymous block. */
  block = false;
  /** The next string is an anonymous block. */
  awaitsBody = false;
  private readonly frames: Frame[];
  /** Where the dotted name in an expression began, and whether it counts as a column. */
  private chainStart = 0;
  private chainStop = -1;
  private chainCounted = false;

  constructor(text: string, system: string) {
    this.dialect = dialectOf(system);
    this.tokens = new Tokens(text, this.dialect);
    this.findings = new Findings(this.tokens.text, system);
    this.frame = new Frame();
    this.frame.atStart = true;
    this.frames = [this.frame];
  }

  read(): Findings {
    const { tokens } = this;
    for (;;) {
      if (this.held) this.held = false;
      else tokens.next();
      if (tokens.kind === END) break;
      if (tokens.kind === SEMICOLON) this.endStatement();
      else if (this.dead === 'no') this.readToken(this.frame);
    }
    this.endStatement();
    return this.findings;
  }

  private readToken(frame: Frame): void {
    switch (this.tokens.kind) {
      case WORD:
        return this.readWord(frame);
      case QUOTED:
        return this.readQuoted(frame);
      case OPEN:
        return this.open(frame);
      case CLOSE:
        return this.close(frame);
      case COMMA:
        return this.readComma(frame);
      default:
        return this.readOther(frame);
    }
  }

  private readWord(frame: Frame): void {
    const { tokens } = this;
    const { word } = tokens;
    if (frame.withList !== NO_LIST && readListToken(this, frame)) return;
    if (frame.kind !== QUERY && frame.fresh && OPENERS[word] === 1) this.becomeQuery(frame);
    frame.fresh = false;
    if (frame.kind === EXPRESSION) return this.readOperand(frame);
    if (frame.mode === NAME && this.readTableWord(frame)) return;
    if (frame.mode === OBJECT) return readObjectKind(this, frame);
    if (tokens.previousWord === AS && BEHIND_AS[word] !== 1) return this.readAlias(frame);
    const start = frame.atStart ? STARTS[word] : undefined;
    if (start !== undefined && this.findings.word === '') this.findings.word = wordText(word);
    const handler = start ?? CLAUSES[word];
    if (handler !== undefined) return handler(this, frame);
    if (frame.atStart) this.readUnknownStart(frame);
    else if (frame.mode === BEHIND && mayBeAlias(word)) this.readAlias(frame);
    else this.readOperand(frame);
  }

  private becomeQuery(frame: Frame): void {
    frame.kind = QUERY;
    frame.mode = IDLE;
    frame.target = false;
    frame.atStart = true;
    frame.firstReference = this.references.length;
  }

  private readTableWord(frame: Frame): boolean {
    const { tokens } = this;
    if (isTableModifier(tokens, frame)) return true;
    return readTable(this, frame);
  }

  private readUnknownStart(frame: Frame): void {
    frame.atStart = false;
    this.findings.opaque = true;
  }

  private readQuoted(frame: Frame): void {
    if (frame.withList !== NO_LIST && readListToken(this, frame)) return;
    frame.fresh = false;
    if (frame.mode === NAME) readTable(this, frame);
    else if (frame.mode === BEHIND) this.readAlias(frame);
    else if (frame.atStart) this.readUnknownStart(frame);
    else this.readOperand(frame);
  }

  /** The table's alias, or just a name behind AS. */
  private readAlias(frame: Frame): void {
    const { tokens } = this;
    if (frame.mode !== BEHIND) return;
    const reference = this.references[frame.lastReference];
    if (reference) {
      const quote = tokens.kind === QUOTED ? tokens.quote : 0;
      reference.alias = foldName(tokens.text.slice(tokens.start, tokens.stop), quote, this.dialect);
    }
    frame.mode = IDLE;
  }

  /** A word or name inside an expression: a column, a function's name, an alias. */
  private readOperand(frame: Frame): void {
    const { tokens } = this;
    if (frame.assignment) return this.readAssigned(frame);
    this.chainStop = tokens.stop;
    if (tokens.previousKind === DOT) return;
    this.chainStart = tokens.kind === QUOTED ? tokens.start - 1 : tokens.start;
    const operand = tokens.previousKind === WORD ? tokens.previousWord !== 0 : !ENDS_OPERAND.has(tokens.previousKind);
    this.chainCounted = operand && tokens.word === 0 && tokens.previousWord !== AS;
    if (this.chainCounted) this.findings.columns++;
  }

  /** The left side of an assignment tells which of several tables an UPDATE changes. */
  private readAssigned(frame: Frame): void {
    frame.assignment = false;
    const name = readName(this.tokens, this.dialect);
    this.held = true;
    if (name && name.schema !== '') frame.qualifiers.push(name.schema);
  }

  private readComma(frame: Frame): void {
    frame.fresh = false;
    if (frame.withList === LIST_BEHIND) return listComma(frame);
    if (frame.list && frame.mode !== NAME) frame.mode = NAME;
    else if (frame.mode === BEHIND && frame.verb === 'select' && frame.target) this.dropVariable(frame);
    else if (frame.inSet) frame.assignment = frame.targets > 1;
  }

  /** `SELECT … INTO a, b` fills variables, whatever the system: a table would be one. */
  private dropVariable(frame: Frame): void {
    if (frame.lastReference === this.references.length - 1) this.references.pop();
    frame.leaveTables();
  }

  private readOther(frame: Frame): void {
    const { tokens } = this;
    if (tokens.kind !== DOT) frame.withList = NO_LIST;
    if (tokens.kind === STRING && this.chainCounted && tokens.previousKind === WORD) this.findings.columns--;
    this.chainCounted &&= tokens.kind === DOT;
    frame.fresh = false;
    if (frame.mode === NAME) this.readNoName(frame);
    else if (this.awaitsBody && tokens.kind === STRING) this.enterBody(frame);
  }

  /** The text of an anonymous block is read as if it stood there without quotes. */
  private enterBody(frame: Frame): void {
    this.awaitsBody = false;
    this.block = true;
    this.tokens.enterDollarQuote();
    frame.atStart = true;
  }

  /** Something other than a name where a table's name should be. */
  private readNoName(frame: Frame): void {
    const { tokens } = this;
    if (tokens.kind === NUMBER) {
      if (tokens.previousWord !== TOP) readTable(this, frame);
      return;
    }
    if (tokens.kind === OTHER && tokens.text.charCodeAt(tokens.start) === 123) return this.readBrace(frame);
    if (tokens.kind === VARIABLE) this.findings.local = true;
    else if (tokens.kind === PARAMETER || tokens.kind === OTHER) this.findings.unreadable = true;
    if (frame.target && frame.verb !== 'copy') frame.targets++;
    frame.mode = BEHIND;
    frame.lastReference = -1;
  }

  /** ODBC's `{oj a LEFT JOIN b …}`; anything else in braces is a placeholder. */
  private readBrace(frame: Frame): void {
    const { tokens } = this;
    if (tokens.text.slice(tokens.stop, tokens.stop + 3).toLowerCase() === 'oj ') return tokens.next();
    this.findings.unreadable = true;
    frame.mode = BEHIND;
    frame.lastReference = -1;
  }

  private open(frame: Frame): void {
    const { tokens } = this;
    frame.fresh = false;
    if (frame.withList !== NO_LIST && openInList(this, frame)) return;
    if (frame.mode === NAME && tokens.previousWord !== TOP) {
      const call = tokens.previousWord === TABLE || (frame.target && frame.targetVerb === 'insert');
      frame.mode = BEHIND;
      frame.lastReference = -1;
      this.push(call ? EXPRESSION : TABLES, call ? IDLE : NAME, frame);
      return;
    }
    if (tokens.previousKind === WORD || tokens.previousKind === QUOTED) this.noteCall();
    this.push(EXPRESSION, IDLE, frame);
  }

  private noteCall(): void {
    const { tokens, findings } = this;
    if (tokens.previousWord !== 0 || this.chainStop !== tokens.previousStop) return;
    if (this.chainCounted) findings.columns--;
    this.chainCounted = false;
    findings.addFunction(this.chainStart, tokens.previousStop);
  }

  /** Opens a frame for the parentheses that begin at the current token. */
  push(kind: number, mode: number, parent: Frame): Frame {
    this.depth++;
    let frame = this.frames[this.depth];
    if (frame === undefined) {
      frame = new Frame();
      this.frames.push(frame);
    }
    frame.reset(kind, mode, this.references.length, this.locals.count);
    if (kind === TABLES) {
      frame.target = parent.target;
      frame.targetVerb = parent.targetVerb;
      frame.list = true;
    }
    this.frame = frame;
    return frame;
  }

  private close(frame: Frame): void {
    if (this.depth === 0) return;
    this.leave(frame);
    this.depth--;
    this.frame = this.frames[this.depth]!;
    this.chainCounted = false;
    if (frame.bodyOf >= 0) closeBody(this, frame, this.frame);
    if (frame.kind === TABLES) this.frame.targets += frame.targets;
  }

  private leave(frame: Frame): void {
    if (frame.kind === QUERY) this.flush(frame);
    this.locals.forgetFrom(frame.firstLocal);
  }

  /** Settles what the frame's tables are and hands them on. */
  flush(frame: Frame): void {
    const { references } = this;
    if (references.length === frame.firstReference) return;
    resolveTargets(references, frame);
    for (let i = references.length - 1; i >= frame.firstReference; i--) {
      if (frame.bodyOf >= 0 && references[i]!.verb === 'select') this.locals.setSource(frame.bodyOf, references[i]);
    }
    for (let i = frame.firstReference; i < references.length; i++) this.findings.addEffect(references[i]!);
    references.length = frame.firstReference;
  }

  /** A data verb begins in the frame. */
  beginVerb(frame: Frame, verb: Verb): void {
    if (frame.verb !== '') this.flush(frame);
    frame.beginVerb(verb);
    frame.mode = IDLE;
    frame.atStart = false;
    if (this.depth === 0) this.findings.statementVerb ||= verb;
    else this.findings.innerVerb ||= verb;
  }

  addReference(reference: Reference, frame: Frame): void {
    if (this.references.length >= MAX_REFERENCES) {
      this.findings.full = true;
      return;
    }
    if (reference.target) frame.targets++;
    frame.lastReference = this.references.push(reference) - 1;
  }

  private endStatement(): void {
    while (this.depth > 0) {
      this.leave(this.frame);
      this.depth--;
      this.frame = this.frames[this.depth]!;
    }
    const { frame } = this;
    if (frame.mode === NAME && frame.verb !== '') this.endsBeforeName(frame);
    this.leave(frame);
    this.findings.endStatement(this.tokens.truncated);
    frame.reset(QUERY, IDLE, 0, 0);
    frame.atStart = true;
    if (this.dead === 'statement') this.dead = 'no';
  }

  /** A name was due when the statement ended: it is not known, but for `… FROM table`. */
  private endsBeforeName(frame: Frame): void {
    const named = this.tokens.previousWord === TABLE && !this.tokens.cutBehindPrevious;
    if (named) addTable(this, frame, { catalog: '', schema: '', table: 'table' });
    else this.findings.unreadable = true;
  }
}
