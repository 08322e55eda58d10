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
import { readName } from './names.ts';
import { opensProgram, readObjectKind } from './objects.ts';
import { Operands } from './operands.ts';
import { resolveTargets } from './resolve.ts';
import { STARTS } from './starts.ts';
import { addTable, dropVariable, isNamedTable, isTableModifier, readAlias, readNoTable, readTable } from './tables.ts';
import { CLOSE, COMMA, DOT, END, OPEN, PARAMETER, QUOTED, SEMICOLON, STRING, WORD } from './token-kinds.ts';
import { Tokens } from './tokens.ts';

/** References held at a time. */
const MAX_REFERENCES = 512;
const AS = wordNumber('as');
const TOP = wordNumber('top');
const TABLE = wordNumber('table');
const FROM = wordNumber('from');
/** First words that make parentheses a query. */
const OPENERS = wordSet('select with values insert update delete merge');
/** Words that mean something behind AS; any other is a name there. */
const BEHIND_AS = wordSet('select with values table');
/** What begins a statement right behind a condition. */
const BEHIND_CONDITION = wordSet(
  `create alter drop truncate exec execute commit rollback save begin print raiserror throw return set use waitfor break
  continue`,
);
/** Verbs whose parentheses hold definitions or columns, one of which may be called TABLE. */
const LISTS_COLUMNS: ReadonlySet<string> = new Set(['create', 'alter', 'insert', 'copy']);

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
  dead: 'no' | 'statement' | 'program' | 'always' = 'no';
  /** Inside an anonymous block. */
  block = false;
  /** The next string is an anonymous block. */
  awaitsBody = false;
  /** Where a BEGIN that may open a block ends; -1 for none in this statement. */
  blockAt = -1;
  private readonly frames: Frame[];
  private readonly operands: Operands;

  constructor(text: string, system: string) {
    this.dialect = dialectOf(system);
    this.tokens = new Tokens(text, this.dialect);
    this.findings = new Findings(this.tokens.text, system);
    this.operands = new Operands(this.tokens, this.findings);
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
      else if (this.dead === 'program' && opensProgram(tokens)) this.dead = 'always';
    }
    this.endStatement();
    return this.findings;
  }

  /** A text in another language: work on the database, whatever its words. */
  readForeign(): Findings {
    const { tokens } = this;
    do tokens.next();
    while (tokens.kind === SEMICOLON);
    if (tokens.kind !== END) this.findings.opaque = true;
    while (tokens.kind !== END) tokens.next();
    this.findings.endStatement(tokens.truncated);
    return this.findings;
  }

  private readToken(frame: Frame) {
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

  private readWord(frame: Frame) {
    const { tokens } = this;
    const { word } = tokens;
    if (frame.withList !== NO_LIST && readListToken(this, frame)) return;
    if (frame.kind !== QUERY && frame.fresh && this.opensQuery(frame, word)) this.becomeQuery(frame);
    frame.fresh = false;
    if (frame.kind === EXPRESSION) return this.readOperand(frame);
    if (frame.mode === NAME && this.readTableWord(frame)) return;
    if (frame.mode === OBJECT) return readObjectKind(this, frame);
    if (tokens.previousWord === AS && BEHIND_AS[word] !== 1) return readAlias(this, frame);
    if (frame.conditional && frame.verb === '' && BEHIND_CONDITION[word] === 1) frame.atStart = true;
    const start = frame.atStart ? STARTS[word] : undefined;
    if (start !== undefined && this.findings.word === '') this.findings.word = wordText(word);
    const handler = start ?? CLAUSES[word];
    if (handler !== undefined) return handler(this, frame);
    if (frame.atStart) this.readUnknownStart(frame);
    else this.readPlain(frame);
  }

  /** The current word is an alias or an operand. */
  readPlain(frame: Frame): void {
    if (frame.mode === BEHIND && mayBeAlias(this.tokens.word)) readAlias(this, frame);
    else this.readOperand(frame);
  }

  /** A column may be called TABLE, and `trim(FROM a)` is no query, but `FROM (FROM a)` is. */
  private opensQuery({ kind }: Frame, word: number): boolean {
    if (word === FROM) return kind === TABLES;
    if (word === TABLE) return !LISTS_COLUMNS.has(this.frames[this.depth - 1]!.verb);
    return OPENERS[word] === 1;
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
    else if (frame.mode === BEHIND) readAlias(this, frame);
    else if (frame.atStart) this.readUnknownStart(frame);
    else this.readOperand(frame);
  }

  private readOperand(frame: Frame): void {
    if (frame.assignment) this.readAssigned(frame);
    else this.operands.addName();
  }

  /** The left side of an assignment tells which of several tables an UPDATE changes. */
  private readAssigned(frame: Frame): void {
    frame.assignment = false;
    const name = readName(this.tokens, this.dialect);
    this.held = true;
    if (name) frame.addQualifier(name.schema);
  }

  private readComma(frame: Frame) {
    frame.fresh = false;
    if (frame.withList === LIST_BEHIND) return listComma(frame);
    if (frame.list && frame.mode !== NAME) frame.mode = NAME;
    else if (frame.mode === BEHIND && frame.verb === 'select' && frame.target) dropVariable(this, frame);
    else if (frame.inSet) frame.assignment = frame.targets > 1;
  }

  private readOther(frame: Frame): void {
    const { tokens } = this;
    if (tokens.kind !== DOT) frame.withList = NO_LIST;
    this.operands.addOther();
    frame.fresh = false;
    if (frame.mode === NAME) readNoTable(this, frame);
    else if (this.awaitsBody && tokens.kind === STRING) this.enterBody(frame);
    else if (frame.atStart && (tokens.kind === PARAMETER || tokens.kind === STRING)) this.findings.opaque = true;
  }

  /** The text of an anonymous block is read as if it stood there without quotes. */
  private enterBody(frame: Frame): void {
    this.awaitsBody = false;
    this.block = true;
    this.tokens.enterString();
    frame.kind = QUERY;
    frame.mode = IDLE;
    frame.atStart = true;
  }

  private open(frame: Frame): void {
    const { tokens } = this;
    frame.fresh = false;
    if (frame.withList !== NO_LIST && openInList(this, frame)) return;
    if (frame.mode === NAME && tokens.previousWord !== TOP) {
      const call = tokens.previousWord === TABLE || (frame.target && frame.verb === 'insert');
      const viewVerb = frame.target && frame.targets === 0 && frame.verb !== 'copy' ? frame.targetVerb : '';
      frame.mode = BEHIND;
      frame.lastReference = -1;
      this.push(call ? EXPRESSION : TABLES, call ? IDLE : NAME, frame).viewVerb = viewVerb;
      return;
    }
    this.operands.addParenthesis();
    this.push(EXPRESSION, IDLE, frame);
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
    this.operands.close();
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
    resolveTargets(references, frame, this.locals);
    if (frame.bodyOf >= 0 || frame.viewVerb !== '') this.settleSource(frame);
    for (let i = frame.firstReference; i < references.length; i++) {
      if (!references[i]!.local) this.findings.addEffect(references[i]!);
    }
    references.length = frame.firstReference;
  }

  /** What is changed through the query is the first table it reads. */
  private settleSource(frame: Frame): void {
    const source = this.references.slice(frame.firstReference).find(isSource);
    if (source === undefined) return;
    if (frame.bodyOf >= 0) this.locals.setSource(frame.bodyOf, { ...source });
    if (frame.viewVerb === '') return;
    source.verb = frame.viewVerb;
    source.access = 'write';
    source.local = false;
    frame.viewVerb = '';
  }

  /** A data verb begins in the frame. */
  beginVerb(frame: Frame, verb: Verb, written: Verb = verb): void {
    if (frame.verb !== '') this.flush(frame);
    frame.beginVerb(verb, written);
    frame.mode = IDLE;
    frame.atStart = false;
    if (this.depth === 0) this.findings.statementVerb ||= written;
    else this.findings.innerVerb ||= written;
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
    if (this.blockAt >= 0 && this.tokens.previousStop > this.blockAt) this.findings.opaque = true;
    this.findings.endStatement(this.tokens.truncated);
    this.operands.close();
    frame.reset(QUERY, IDLE, 0, 0);
    frame.atStart = true;
    this.awaitsBody = false;
    this.blockAt = -1;
    if (this.dead !== 'always') this.dead = 'no';
  }

  /** A name was due when the statement ended: it is not known, but for `… FROM table`. */
  private endsBeforeName(frame: Frame): void {
    const named = isNamedTable(this.tokens, frame) && !this.tokens.cutBehindPrevious;
    if (named) addTable(this, frame, { catalog: '', schema: '', table: 'table' });
    else this.findings.unreadable = true;
  }
}

const isSource = (reference: Reference): boolean => reference.verb === 'select' && reference.table !== '';
