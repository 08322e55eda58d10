/** A reader's copy of the tree of paths, brought up to date by deltas: a new table each time, since views keep theirs. */
import type { DeltaPaths } from '../contract/graph-delta.ts';
import type { PathTable } from '../contract/graph-view.ts';

export const NO_PATHS: PathTable = {
  size: 1,
  parents: new Int32Array(1),
  nodes: new Int32Array(1),
  counts: new Float64Array(1),
  received: new Float64Array(1),
};

export function updatePaths(table: PathTable, part: DeltaPaths): PathTable {
  const size = table.size + part.parents.length;
  const parents = new Int32Array(size);
  const nodes = new Int32Array(size);
  const counts = new Float64Array(size);
  const received = new Float64Array(size);
  parents.set(table.parents);
  nodes.set(table.nodes);
  counts.set(table.counts);
  received.set(table.received);
  parents.set(part.parents, table.size);
  nodes.set(part.nodes, table.size);
  part.changed.forEach((path, i) => {
    counts[path] = part.counts[i]!;
    received[path] = part.received[i]!;
  });
  return { size, parents, nodes, counts, received };
}
