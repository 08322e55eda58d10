/**
 * What a database statement does to the graph, worked out once per distinct statement and server and numbered from 1:
 * its effects on tables, or why it has none. Plan 0 is "no database".
 */
export const ACCESS_READ = 0;
export const ACCESS_WRITE = 1;
export const ACCESS_QUERY = 2;

export interface PlanEffect {
  /** Identity of the table or database. */
  readonly node: number;
  readonly access: number;
  /** Verbs in lower case, each once. */
  readonly verbs: readonly string[];
  /** The statement's text named the table. */
  readonly fromStatement: boolean;
}

/** Where the statement ran, as far as its span said; empty = unknown. What a nested span may fill in. */
export interface PlanTarget {
  readonly environment: string;
  readonly system: string;
  readonly instance: string;
  readonly database: string;
}

/** A table as written, before it got the target's parts. */
export interface PlanTable {
  readonly schema: string;
  readonly database: string;
  readonly table: string;
  readonly access: number;
  readonly verbs: readonly string[];
  readonly fromStatement: boolean;
}

export interface Plan {
  readonly target: PlanTarget;
  readonly tables: readonly PlanTable[];
  readonly effects: readonly PlanEffect[];
  /** Why it has no effect, as a snake_case name; empty when it has some. */
  readonly skipReason: string;
}

export class Plans {
  private readonly all: Plan[] = [];

  get size(): number {
    return this.all.length;
  }

  get(plan: number): Plan {
    return this.all[plan - 1]!;
  }

  add(plan: Plan): number {
    return this.all.push(plan);
  }
}
