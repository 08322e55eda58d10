/** The tree of paths as a graph document carries it, and back: columns of numbers, under the names nodes resolve to. */
import type { GraphDocument, PathColumns } from '../contract/graph-document.ts';
import type { GraphView, PathTable } from '../contract/graph-view.ts';
import { NO_PATHS } from '../graph/path-table.ts';
import { pathIndex } from './path-index.ts';

/** A document whose columns of paths were changed by hand. */
export class BrokenPathsError extends Error {
  override readonly name = 'BrokenPathsError';
}

const BEGINS = -1;
const MISSING = -2;

/** Chains that were counted, and those they begin with; `nodes` are places in the view. */
export function pathColumns(view: GraphView): PathColumns {
  const { size, above, nodes, visits } = pathIndex(view);
  const needed = new Uint8Array(size);
  for (let row = size - 1; row > 0; row--) {
    if (nodes[row]! >= 0 && visits[row]! > 0) needed[row] = 1;
    if (needed[row] === 1 && above[row]! > 0) needed[above[row]!] = 1;
  }
  const columns = { parents: [] as number[], nodes: [] as number[], counts: [] as number[] };
  const places = new Map<number, number>();
  /** Of each row in the columns; undefined where its chain holds a node that does not show. */
  const made: (number | undefined)[] = [];
  for (let row = 1; row < size; row++) {
    if (needed[row] === 0 || nodes[row]! < 0) continue;
    const parent = above[row]! > 0 ? made[above[row]!] : above[row] === 0 ? BEGINS : MISSING;
    if (parent === undefined) continue;
    const key = (parent + 2) * view.nodeFacts.length + nodes[row]!;
    let place = places.get(key);
    if (place === undefined) {
      place = columns.parents.push(parent) - 1;
      columns.nodes.push(nodes[row]!);
      columns.counts.push(0);
      places.set(key, place);
    }
    columns.counts[place]! += visits[row]!;
    made[row] = place;
  }
  return columns;
}

/** @param placeOf place in the view of a node of the document. Throws a `BrokenPathsError`. */
export function tableOfColumns({ paths }: GraphDocument, placeOf: (node: number) => number): PathTable {
  if (paths === undefined) return NO_PATHS;
  const size = paths.parents.length + 1;
  if (paths.nodes.length + 1 !== size || paths.counts.length + 1 !== size) {
    throw new BrokenPathsError('the columns of `paths` are not equally long');
  }
  const parents = new Int32Array(size);
  const nodes = new Int32Array(size);
  paths.parents.forEach((parent, i) => {
    if (parent >= i || parent < MISSING)
      throw new BrokenPathsError(`row ${i} of \`paths\` comes before its parent ${parent}`);
    parents[i + 1] = parent + 1;
    nodes[i + 1] = placeOf(paths.nodes[i]!);
  });
  const counts = new Float64Array(size);
  counts.set(paths.counts, 1);
  return { size, parents, nodes, counts, received: new Float64Array(size) };
}
