/** Tables as a span named them, and where it ran → the plan: one effect per node and access. */
import { OTHER_VERB } from '../contract/interaction.ts';
import { DATABASE, type Identities, OVERFLOW_NAME, TABLE } from '../lib/identities.ts';
import { cleanName } from '../lib/names.ts';
import {
  ACCESS_QUERY,
  type Plan,
  type PlanEffect,
  type PlanGap,
  type PlanTable,
  type PlanTarget,
} from '../lib/plans.ts';
import { DEFAULT_SCHEMAS } from './conventions/systems.ts';

export function buildPlan(
  identities: Identities,
  target: PlanTarget,
  named: readonly PlanTable[],
  skipReason: string,
  gap: PlanGap,
): Plan {
  const tables = named.map(cleanTable);
  if (skipReason !== '') return { target, tables, effects: [], skipReason, gap: '', overflow: false };
  const effects = new Map<string, PlanEffect>();
  for (const table of tables) {
    const node = tableIdentity(identities, target, table);
    const key = `${node}/${table.access}`;
    const known = effects.get(key);
    effects.set(key, {
      node,
      access: table.access,
      verbs: [...new Set([...(known?.verbs ?? []), ...table.verbs])],
      fromStatement: (known?.fromStatement ?? false) || table.fromStatement,
      times: 1,
    });
  }
  return { target, tables, effects: [...effects.values()], skipReason, gap, overflow: false };
}

/** Its members in one order, whoever made it: equal plans are told by their JSON. */
function cleanTable({ schema, database, table, access, verbs, fromStatement }: PlanTable): PlanTable {
  const names = { schema: cleanName(schema), database: cleanName(database), table: cleanName(table) };
  return { ...names, access, verbs, fromStatement };
}

/**
 * What stands for a plan that found no place: it counts as much by kind of edge, on the `(other)` nodes. There are few,
 * since only numbers and the system tell them apart.
 */
export function overflowPlan(identities: Identities, plan: Plan, system: string): Plan {
  const effects = new Map<string, PlanEffect>();
  for (const { node, access, verbs, fromStatement, times } of plan.effects) {
    const { kind } = identities.get(node);
    const key = `${kind}/${access}/${fromStatement}`;
    effects.set(key, {
      node: identities.overflow(kind),
      access,
      verbs: verbs.length === 0 ? [] : [OTHER_VERB],
      fromStatement,
      times: (effects.get(key)?.times ?? 0) + times,
    });
  }
  return {
    target: { environment: '', system, instance: '', database: '' },
    tables: plan.tables.slice(0, 1).map(() => (namesTable(plan) ? SOME_TABLE : NO_TABLE)),
    effects: [...effects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, effect]) => effect),
    skipReason: plan.skipReason,
    gap: '',
    overflow: true,
  };
}

const SOME_TABLE: PlanTable = {
  schema: '',
  database: '',
  table: OVERFLOW_NAME,
  access: ACCESS_QUERY,
  verbs: [],
  fromStatement: false,
};

/** Work on a database whose table is unknown: unlike none, it may take the tables of what is nested in it. */
const NO_TABLE: PlanTable = { ...SOME_TABLE, table: '' };

export function namesTable(plan: Plan): boolean {
  return plan.tables.some(({ table }) => table !== '');
}

/** The identity of a table, or of the database when the table is unknown. */
function tableIdentity(identities: Identities, target: PlanTarget, table: PlanTable): number {
  const { environment, system, instance } = target;
  const database = table.database || target.database;
  if (table.table === '') return identities.intern(DATABASE, environment, [system, instance, database]);
  const schema = table.schema || (DEFAULT_SCHEMAS.get(system) ?? '');
  return identities.intern(TABLE, environment, [system, instance, database, schema, table.table]);
}
