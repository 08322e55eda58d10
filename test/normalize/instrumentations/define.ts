/** Cases of one database span of `shop`, said in one line. */
import { type Attributes, client, type InstrumentationCase } from './case.ts';

type Expected = Readonly<Record<string, object>>;

export interface Store {
  readonly attributes: Attributes;
  /** `system/instance/database`. */
  readonly database: string;
  /** Node id of a table by its name. */
  readonly table: (name: string) => string;
}

export const at = (system: string, database: string, schema: string | undefined, attributes: Attributes): Store => ({
  attributes,
  database: `database:${system}/${database}`,
  table: name => `table:${system}/${database}/${schema ?? '~'}/${name}`,
});

export const reads = (node: string, verb: string): Expected => ({
  [`${node} reads shop`]: { operations: { [verb]: 1 } },
});
export const writes = (node: string, verb: string): Expected => ({
  [`shop writes ${node}`]: { operations: { [verb]: 1 } },
});
export const queries = (node: string, verb?: string): Expected => ({
  [`shop queries ${node}`]: verb === undefined ? {} : { operations: { [verb]: 1 } },
});

/** @param says the span's name and what it has beside the store's attributes. @param edges none: a reason instead. */
export function span(
  name: string,
  store: Store,
  [spanName, says]: readonly [string, Attributes],
  edges: Expected | string,
): InstrumentationCase {
  const spans = [client('shop', spanName, { ...store.attributes, ...says })];
  if (typeof edges !== 'string') return { name, spans, edges, fates: { inferred: 1 } };
  return { name, spans, edges: {}, reasons: { [edges]: 1 }, fates: { skipped: 1 } };
}
