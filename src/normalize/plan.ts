/** Tables as a span named them, and where it ran → the plan: one effect per node and access. */
import { DATABASE, type Identities, TABLE } from '../lib/identities.ts';
import { cleanName } from '../lib/names.ts';
import type { Plan, PlanEffect, PlanTable, PlanTarget } from '../lib/plans.ts';
import { DEFAULT_SCHEMAS } from './conventions/systems.ts';

export function buildPlan(
  identities: Identities,
  target: PlanTarget,
  tables: readonly PlanTable[],
  skipReason: string,
): Plan {
  if (skipReason !== '') return { target, tables, effects: [], skipReason };
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
    });
  }
  return { target, tables, effects: [...effects.values()], skipReason };
}

/** The identity of a table, or of the database when the table is unknown. */
function tableIdentity(identities: Identities, target: PlanTarget, table: PlanTable): number {
  const { environment, system, instance } = target;
  const database = table.database || target.database;
  if (table.table === '') return identities.intern(DATABASE, environment, [system, instance, database]);
  const schema = table.schema || (DEFAULT_SCHEMAS.get(system) ?? '');
  return identities.intern(TABLE, environment, [system, instance, database, cleanName(schema), cleanName(table.table)]);
}
