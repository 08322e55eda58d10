/** What a text was found to do, statement by statement, added up. */
import { isBuiltinFunction } from './builtins.ts';
import { isSystemCatalogue } from './catalogues.ts';
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
export const MAX_EFFECTS = 256;
const MAX_FUNCTIONS = 32;
const NO_TABLES = new Set(['dual', 'sysdummy1']);

export class Findings {
  readonly effects: Effect[] = [];
  /** First verb that works on data. */
  verb = '';
  /** First word that gave no such verb. */
  word = '';
  reason: SkipReason | '' = '';
  full = false;
  private queries = false;
  private verbOnly = false;
  private readonly system: string;
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
  columns = 0;
  private touched = false;
  private catalogue = false;
  private readonly functions: number[] = [];

  constructor(text: string, system: string) {
    this.text = text;
    this.system = system;
  }

  addEffect({ catalog, schema, table, verb, access }: Reference): void {
    if (isSystemCatalogue({ catalog, schema, table }, this.system)) {
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

  endStatement(truncated: boolean): void {
    const verb = this.statementVerb || this.innerVerb;
    if (this.verb === '') this.verb = verb;
    if (!this.touched) this.judge(verb, truncated);
    this.statementVerb = this.innerVerb = this.statementReason = '';
    this.unreadable = this.opaque = this.local = this.fromSeen = this.touched = this.catalogue = false;
    this.columns = this.functions.length = 0;
  }

  get outcome(): Outcome {
    if (this.effects.length > 0) return 'tables';
    if (this.queries) return 'queries';
    return this.verbOnly ? 'verb_only' : 'skip';
  }

  /** A statement that named no table. */
  private judge(verb: string, truncated: boolean): void {
    if (this.opaque) this.queries = true;
    else if (this.unreadable || (truncated && verb !== '')) this.verbOnly = true;
    else if (this.catalogue) this.skip('catalog');
    else if (this.statementReason !== '') this.skip(this.statementReason);
    else if (verb === 'select') this.judgeSelect();
    else if (verb !== '' && this.local) this.skip('session');
    else if (verb !== '') this.verbOnly = true;
  }

  private judgeSelect(): void {
    if (this.callsUserFunction()) this.queries = true;
    else if (this.columns > 0 && !this.fromSeen) this.verbOnly = true;
    else this.skip(this.local ? 'session' : 'health_check');
  }

  private callsUserFunction(): boolean {
    const { functions, text } = this;
    for (let i = 0; i < functions.length; i += 2) {
      if (!isBuiltinFunction(text.slice(functions[i], functions[i + 1]))) return true;
    }
    return false;
  }

  private skip(reason: SkipReason): void {
    if (this.reason === '') this.reason = reason;
  }
}
