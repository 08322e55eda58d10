/**
 * Edges of the source that a view shows as one, because their ends resolve to the same two nodes, or whose ends go by
 * other ids. What stays the same from one structure to the next keeps its documents.
 */

import { EDGE_KINDS } from '../contract/graph-document.ts';
import type { EdgeFacts, NodeFacts } from '../contract/graph-view.ts';
import { shortKey } from '../lib/identities.ts';
import { EdgeDocuments } from './edge-documents.ts';
import type { EdgeEnds } from './edge-ends.ts';
import { EdgeSum } from './edge-sum.ts';
import type { EdgeSource, GraphSource } from './graph-source.ts';
import type { MergedNode } from './merged-nodes.ts';

export interface MergedEdge {
  readonly fixed: EdgeFacts;
  /** Numbers in the source, in order of their ids. */
  readonly members: readonly number[];
  readonly sum: EdgeSource;
  readonly documents: EdgeDocuments;
}

/** The source, and the places where its nodes show. */
export interface Placed {
  readonly source: GraphSource;
  readonly ends: EdgeEnds;
  readonly nodes: readonly (number | MergedNode)[];
  readonly nodePlaces: Int32Array;
  readonly nodeIds: readonly NodeFacts[];
  readonly edgeIds: readonly EdgeFacts[];
}

export class MergedEdges {
  private known = new Map<string, MergedEdge>();

  /** @param shown in order of their ids. */
  between(placed: Placed, shown: readonly number[]): MergedEdge[] {
    const { ends, nodes, nodePlaces } = placed;
    if (!nodes.some(node => typeof node !== 'number')) {
      this.known.clear();
      return [];
    }
    const { kinds, sources, targets } = ends;
    const isMoved = Uint8Array.from(nodePlaces, place => (typeof nodes[place] === 'object' ? 1 : 0));
    const byEnds = new Map<number, number[]>();
    for (const e of shown) {
      const [from, to] = [sources[e]!, targets[e]!];
      if (isMoved[from] === 0 && isMoved[to] === 0) continue;
      const key = (kinds[e]! * nodes.length + nodePlaces[from]!) * nodes.length + nodePlaces[to]!;
      const same = byEnds.get(key);
      if (same === undefined) byEnds.set(key, [e]);
      else same.push(e);
    }
    const merged = [...byEnds.values()].map(members => this.merge(placed, members));
    const changed = merged.filter(one => one !== undefined);
    this.known = new Map(changed.map(one => [one.fixed.id, one]));
    return changed;
  }

  /** Undefined for an edge that is itself. */
  private merge(placed: Placed, members: readonly number[]): MergedEdge | undefined {
    const { source, nodes, nodePlaces, nodeIds, edgeIds } = placed;
    const first = source.edges[members[0]!]!;
    const idAt = (node: number) => {
      const shown = nodes[nodePlaces[node]!]!;
      return typeof shown === 'number' ? nodeIds[shown]!.id : shown.fixed.id;
    };
    const kind = EDGE_KINDS[first.kind]!;
    const [from, to] = [idAt(first.source), idAt(first.target)];
    const id = `${from}#${kind}#${to}`;
    if (members.length === 1 && edgeIds[members[0]!]!.id === id) return undefined;
    const known = this.known.get(id);
    if (known !== undefined && isSame(known.members, members)) return known;
    return {
      fixed: { id, key: known?.fixed.key ?? shortKey(id), kind, source: from, target: to },
      members,
      sum: new EdgeSum(members.map(e => source.edges[e]!)),
      documents: new EdgeDocuments(),
    };
  }
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
