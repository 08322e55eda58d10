/**
 * A statement and what it does, written short: `verb name` for each effect, in any order, `copy:read` where the verb
 * alone does not tell the access; `(queries)`, `(verb_only)` or `(reason)` where there is no effect.
 */
type Case = readonly [statement: string, ...effects: readonly string[]];

export interface Family {
  readonly system: string;
  readonly cases: readonly Case[];
}
