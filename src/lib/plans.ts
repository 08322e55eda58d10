/**
 * What a database statement does to the graph, worked out once per distinct statement and server and numbered from 1:
 * its effects on tables, or why it has none. Plan 0 is "no database".
 */
export const ACCESS_READ = 0;
export const ACCESS_WRITE = 1;
export const ACCESS_QUERY = 2;
/** Of topics: a store's command that sends to several, or receives from them. */
export const ACCESS_PUBLISH = 3;
export const ACCESS_CONSUME = 4;

/** Why tables are not, or not all, known; empty when nothing is missing. */
export type PlanGap = '' | 'no_statement' | 'statement_truncated' | 'statement_unreadable';

export interface PlanEffect {
  /** Identity of the table, database or topic. */
  readonly node: number;
  readonly access: number;
  /** Verbs in lower case, each once. */
  readonly verbs: readonly string[];
  /** The statement's text named the table. */
  readonly fromStatement: boolean;
  /** How many tables this stands for: 1, or more where their names found no place. */
  readonly times: number;
  /** Number of the consumer group that received. */
  readonly group?: number;
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
  readonly gap: PlanGap;
  /** It stands for all plans of its shape that found no place. */
  readonly overflow: boolean;
}

/** Beside its text. */
const PLAN_BYTES = 500;
/** A plan is its text and objects made of that. */
const BYTES_PER_CHARACTER = 4;

export class Plans {
  /** Plans that found no place, each time one was met. */
  refused = 0;
  /** About what the plans take. */
  bytes = 0;
  private readonly all: Plan[] = [];
  /** Plans by what they say: equal ones share a number. */
  private readonly known = new Map<string, number>();
  private limit = Number.POSITIVE_INFINITY;
  private maxBytes = Number.POSITIVE_INFINITY;

  /** Without limits until it is told some. Plans beyond a lower limit stay. */
  setLimit(limit: number, maxBytes: number): void {
    this.limit = limit;
    this.maxBytes = maxBytes;
  }

  get size(): number {
    return this.all.length;
  }

  get(plan: number): Plan {
    return this.all[plan - 1]!;
  }

  /** The number of the plan; 0 when it is not known and there is no place for it. */
  intern(plan: Plan): number {
    const content = JSON.stringify(plan);
    const known = this.known.get(content);
    if (known !== undefined) return known;
    if (!plan.overflow && (this.all.length >= this.limit || this.bytes >= this.maxBytes)) {
      this.refused++;
      return 0;
    }
    // Read anew, since pieces of a statement would keep all of it.
    return this.add(JSON.parse(content) as Plan, content);
  }

  /** Plans by their places, up to one of them, as what `restore` takes. */
  entries(from: number, to: number): readonly Plan[] {
    return this.all.slice(from, to);
  }

  /** Puts plans behind those that are there, whatever the limit. */
  restore(plans: readonly Plan[]): void {
    for (const plan of plans) this.add(plan, JSON.stringify(plan));
  }

  private add(plan: Plan, content: string): number {
    this.bytes += PLAN_BYTES + BYTES_PER_CHARACTER * content.length;
    const number = this.all.push(plan);
    this.known.set(content, number);
    return number;
  }
}
