/** What a text was found to do, statement by statement, added up. */
import { isBuiltinFunction } from './builtins.ts';
import { type Catalogues, cataloguesOf, isSystemCatalogue } from './catalogues.ts';
import type { Access, Reference, Verb } from './frame.ts';

export interface Effect {
  readonly verb: Verb;
  readonly access: Access;
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
}

export type Outcome = 'tables' | 'queries' | 'verb_only' | 'skip';

export type SkipReason =
  | 'health_check'
  | 'transaction_control'
  | 'settings'
  | 'explain'
  | 'prepare'
  | 'session'
  | 'grant'
  | 'driver_housekeeping'
  | 'catalog'
  | 'empty';

/** Effects of one text; a text with more tables counts as truncated. */
const MAX_EFFECTS = 256;
const MAX_FUNCTIONS = 32;
const MAX_COLUMNS = 8;
const NO_TABLES = new Set(['dual', 'sysdummy1']);

export class Findings {
  readonly effects: Effect[] = [];
  /** First verb that works on data. */
  verb = '';
  /** First word of the text that begins a statement. */
  word = '';
  reason: SkipReason | '' = '';
  full = false;
  private queries = false;
  private verbOnly = false;
  private readonly catalogues: Catalogues;
  private readonly text: string;

  /** Of the statement being read. */
  statementVerb = '';
  innerVerb = '';
  statementReason: SkipReason | '' = '';
  unreadable = false;
  /** A procedure, or something nobody can read. */
  opaque = false;
  local = false;
  fromSeen = false;
  /** There are expressions. */
  selects = false;
  /** IF or WHILE: where nothing else is known, it may do anything. */
  conditional = false;
  private touched = false;
  private catalogue = false;
  private readonly functions: number[] = [];
  private columnCount = 0;
  private readonly columns: number[] = [];

  constructor(text: string, system: string) {
    this.text = text;
    this.catalogues = cataloguesOf(system);
  }

  addEffect({ catalog, schema, table, verb, access }: Reference): void {
    if (isSystemCatalogue({ catalog, schema, table }, this.catalogues)) {
      if (!NO_TABLES.has(table)) this.catalogue = true;
      return;
    }
    this.touched = true;
    const known = this.effects.some(
      e => e.table === table && e.verb === verb && e.access === access && e.schema === schema && e.catalog === catalog,
    );
    if (known) return;
    if (this.effects.length < MAX_EFFECTS) this.effects.push({ verb, access, catalog, schema, table });
    else this.full = true;
  }

  /** A call of the function named at [start, stop). */
  addFunction(start: number, stop: number): void {
    if (this.functions.length < 2 * MAX_FUNCTIONS) this.functions.push(start, stop);
  }

  /** A name at [start, stop) that looks like a column. */
  addColumn(start: number, stop: number): void {
    if (++this.columnCount <= MAX_COLUMNS) this.columns.push(start, stop);
  }

  /** The last of them is none. */
  dropColumn(): void {
    if (this.columnCount-- <= MAX_COLUMNS) this.columns.length -= 2;
  }

  endStatement(truncated: boolean): void {
    const verb = this.statementVerb || this.innerVerb;
    const counts = this.touched || this.judge(verb, truncated);
    if (counts && this.verb === '') this.verb = verb;
    this.statementVerb = this.innerVerb = this.statementReason = '';
    this.unreadable = this.opaque = this.local = this.fromSeen = this.touched = this.catalogue = false;
    this.conditional = this.selects = false;
    this.columnCount = this.columns.length = this.functions.length = 0;
  }

  get outcome(): Outcome {
    if (this.effects.length > 0) return 'tables';
    if (this.queries) return 'queries';
    return this.verbOnly ? 'verb_only' : 'skip';
  }

  /** Adds up a statement that named no table; true when it counts. */
  private judge(verb: string, truncated: boolean): boolean {
    const kind = this.kindOf(verb, truncated);
    if (kind === 'queries') this.queries = true;
    else if (kind === 'verb_only') this.verbOnly = true;
    else if (this.reason === '') this.reason = kind;
    return kind === 'queries' || kind === 'verb_only';
  }

  /** What is left of it: work on the database as a whole, or a reason to skip it (none when it is empty). */
  private kindOf(verb: string, truncated: boolean): 'queries' | 'verb_only' | SkipReason | '' {
    if (this.opaque) return 'queries';
    if (this.catalogue) return 'catalog';
    if (this.unreadable || (truncated && verb !== '')) return 'verb_only';
    if (this.statementReason !== '') return this.statementReason;
    if (verb === 'select') return this.selects || this.local ? this.kindOfSelect() : 'verb_only';
    if (verb === '') return this.conditional ? 'queries' : '';
    return this.local ? 'session' : 'verb_only';
  }

  private kindOfSelect(): 'queries' | 'verb_only' | SkipReason {
    if (this.callsUserFunction() || (!this.fromSeen && this.readsColumn())) return 'queries';
    return this.local ? 'session' : 'health_check';
  }

  /** Without a table there are no columns: built-in values, types and names of sequences are none. */
  private readsColumn(): boolean {
    const { columns, text } = this;
    if (this.columnCount > MAX_COLUMNS) return true;
    for (let i = 0; i < columns.length; i += 2) {
      const [start, stop] = [columns[i]!, columns[i + 1]!];
      if (!isBuiltinFunction(text.slice(start, stop)) && !isSequence(text, start)) return true;
    }
    return false;
  }

  private callsUserFunction(): boolean {
    const { functions, text } = this;
    for (let i = 0; i < functions.length; i += 2) {
      if (!isBuiltinFunction(text.slice(functions[i], functions[i + 1]))) return true;
    }
    return false;
  }
}

/** True for the name in `nextval(name)`. */
function isSequence(text: string, start: number): boolean {
  return /\b(next|curr|last|set)val\s*\(\s*$/i.test(text.slice(Math.max(0, start - 16), start));
}
