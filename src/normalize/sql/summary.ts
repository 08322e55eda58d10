/** `db.query.summary` → findings: `{operation} {target} {target} {operation} …`, targets in any quotes. */
import { dialectOf } from './dialect.ts';
import { Findings } from './findings.ts';
import type { Verb } from './frame.ts';
import { compileWords, wordSet } from './handlers.ts';
import { HOUSEKEEPING, IGNORED } from './housekeeping.ts';
import { wordNumber, wordText } from './lexicon.ts';
import { foldName, isNamePart, readName, type TableName } from './names.ts';
import { END, OTHER, QUOTED, STRING, VARIABLE, WORD } from './token-kinds.ts';
import type { Tokens } from './tokens.ts';

/** Summaries are cut here, maybe inside a name. */
const MAX_SUMMARY = 255;
const DOUBLE_QUOTE = 34;

const VERBS = compileWords<Verb>({
  select: 'select',
  insert: 'insert',
  replace: 'replace',
  upsert: 'upsert',
  load: 'load',
  refresh: 'refresh',
  update: 'update',
  delete: 'delete',
  merge: 'merge',
  truncate: 'truncate',
  create: 'create',
  alter: 'alter',
  drop: 'drop',
  rename: 'rename',
  copy: 'copy',
});
const CALLS = wordSet('call exec execute');
const BEFORE_OBJECT = wordSet('create alter drop truncate rename');
const TABLES = wordSet('table view');
const OBJECTS = wordSet(`index function procedure proc trigger package database schema sequence type user role extension
  login publication subscription policy statistics domain server aggregate tablespace synonym`);
const STATISTICS = wordNumber('statistics');
const UPDATE = wordNumber('update');
const SILENT = wordSet(Object.keys(IGNORED).join(' '));
const NOISE = wordSet('from into join set where values');

export function summaryFindings(tokens: Tokens, system: string): Findings {
  if (tokens.text.length >= MAX_SUMMARY) tokens.truncated = true;
  const summary = new SummaryReader(tokens, system);
  return summary.read();
}

class SummaryReader {
  private readonly tokens: Tokens;
  private readonly findings: Findings;
  private readonly system: string;
  /** Verb of the targets that come; empty where they are no tables. */
  private verb: Verb | '' = '';
  private targets = 0;
  /** The first word says that the others are no work on data. */
  private ignored = false;

  constructor(tokens: Tokens, system: string) {
    this.tokens = tokens;
    this.system = system;
    this.findings = new Findings(tokens.text, system);
  }

  read(): Findings {
    const { tokens, findings } = this;
    tokens.next();
    if (tokens.text.slice(tokens.start, tokens.stop).toLowerCase() === 'batch') tokens.next();
    while (tokens.kind !== END && !this.ignored) this.readPart();
    if (this.targets === 0 && findings.statementVerb !== '') findings.unreadable = true;
    findings.endStatement(false);
    return findings;
  }

  /** Reads an operation or a target and stops behind it. */
  private readPart() {
    const { tokens } = this;
    if (tokens.kind === WORD && tokens.word !== 0 && this.readOperation(tokens.word)) return tokens.next();
    if (tokens.kind === STRING) this.readQuotedTarget();
    else if (tokens.kind === VARIABLE) this.addLocal();
    else if (isNamePart(tokens)) return this.readTarget();
    tokens.next();
  }

  /** Targets stand between blanks, so one that is no SQL name is taken as it stands. */
  private readTarget() {
    const { tokens } = this;
    const { text, start, kind } = tokens;
    const name = readName(tokens, dialectOf(this.system));
    const end = kind === QUOTED ? tokens.previousStop : targetEnd(text, start);
    if (end <= tokens.previousStop || tokens.kind !== OTHER) return this.addTarget(name);
    while (tokens.stop < end) tokens.next();
    tokens.next();
    this.addTarget({ catalog: '', schema: '', table: text.slice(start, end).toLowerCase() });
  }

  private readOperation(word: number): boolean {
    const { tokens, findings } = this;
    const first = findings.statementVerb === '' && findings.statementReason === '';
    if (word === STATISTICS && tokens.previousWord === UPDATE) {
      this.verb = '';
      findings.statementVerb = '';
      findings.statementReason = 'settings';
    } else if (VERBS[word] !== undefined) {
      this.verb = VERBS[word];
      findings.statementVerb ||= this.verb;
    } else if (CALLS[word] === 1 && this.targets === 0) {
      this.verb = '';
      findings.opaque = true;
      findings.statementVerb ||= 'call';
    } else if (BEFORE_OBJECT[tokens.previousWord] === 1 && OBJECTS[word] === 1) this.verb = '';
    else if (first && HOUSEKEEPING[word] !== undefined) {
      findings.statementReason = HOUSEKEEPING[word];
      findings.word = wordText(word);
      this.ignored = SILENT[word] === 1;
    } else return NOISE[word] === 1 || (BEFORE_OBJECT[tokens.previousWord] === 1 && TABLES[word] === 1);
    return true;
  }

  private readQuotedTarget(): void {
    const { text, start, stop } = this.tokens;
    const table = foldName(text.slice(start + 1, stop - 1), DOUBLE_QUOTE, dialectOf(this.system));
    this.addTarget({ catalog: '', schema: '', table });
  }

  /** A temporary table or a variable. */
  private addLocal(): void {
    this.targets++;
    this.findings.local = true;
  }

  private addTarget(name: TableName | undefined): void {
    const { verb, findings } = this;
    if (verb === '' && findings.statementVerb === '' && findings.statementReason === '') findings.opaque = true;
    if (verb === '' || name === undefined || name.table === '') return;
    if (name.table.startsWith('#')) return this.addLocal();
    this.targets++;
    findings.selects = true;
    const access = verb === 'select' ? 'read' : 'write';
    findings.addEffect({ ...name, alias: '', verb, access, target: access === 'write', local: false });
  }
}

function targetEnd(text: string, start: number): number {
  const length = text.slice(start).search(/[,;]?(\s|$)/);
  return start + length;
}
