/** What a database span's effect on a node is in the graph. */
import { CONSUMES, PUBLISHES, QUERIES, READS, WRITES } from '../contract/interaction.ts';
import { ACCESS_CONSUME, ACCESS_PUBLISH, ACCESS_QUERY, ACCESS_READ, ACCESS_WRITE } from '../lib/plans.ts';

/** Kinds of edges by access. */
export const KIND_OF_ACCESS: Readonly<Record<number, number>> = {
  [ACCESS_READ]: READS,
  [ACCESS_WRITE]: WRITES,
  [ACCESS_QUERY]: QUERIES,
  [ACCESS_PUBLISH]: PUBLISHES,
  [ACCESS_CONSUME]: CONSUMES,
};
