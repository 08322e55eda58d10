/** Services that are coupled by topics, tables and databases between them: told when the first way is there, and when the last has gone. */
import type { ChangeType } from '../../contract/change.ts';
import { type ChangeDraft, nodeRef } from './change-maker.ts';
import type { ToldGraph } from './told-graph.ts';

const MOST_PAIRS = 100_000;
/** Told of one edge; how many more there are is said. */
const MOST_TOLD = 20;

interface Coupling {
  readonly source: number;
  readonly target: number;
  /** Nodes of a way. */
  readonly via: readonly number[];
}

export class Couplings {
  private pairs = new Map<string, Coupling>();
  private readonly graph: ToldGraph;
  private readonly tell: (draft: ChangeDraft) => void;

  constructor(graph: ToldGraph, tell: (draft: ChangeDraft) => void) {
    this.graph = graph;
    this.tell = tell;
  }

  entered(edge: number): void {
    const { graph } = this;
    if (!graph.couples(edge)) return;
    const before = graph.servicesFrom(graph.living.sourceOf(edge), false);
    const after = graph.servicesFrom(graph.living.targetOf(edge), true);
    const found: Coupling[] = [];
    for (const [source, up] of before) {
      for (const [target, down] of after) {
        const isNew = source !== target && !this.pairs.has(keyOf(source, target));
        if (isNew) found.push({ source, target, via: [...up.toReversed(), ...down] });
      }
    }
    const told = found.slice(0, Math.min(MOST_TOLD, MOST_PAIRS - this.pairs.size));
    const more = found.length - told.length;
    for (const coupling of told) {
      this.pairs.set(keyOf(coupling.source, coupling.target), coupling);
      this.tellOf('coupling.appeared', coupling, more > 0 ? { more } : {});
    }
  }

  left(edge: number): void {
    const { graph } = this;
    if (!graph.couples(edge)) return;
    const ends = [graph.living.sourceOf(edge), graph.living.targetOf(edge)];
    for (const [key, coupling] of this.pairs) {
      const { source, target, via } = coupling;
      if (!ends.every(end => end === source || end === target || via.includes(end))) continue;
      const way = this.wayOf(source, target);
      if (way !== undefined) this.pairs.set(key, { source, target, via: way });
      else {
        this.pairs.delete(key);
        this.tellOf('coupling.gone', coupling, {});
      }
    }
  }

  private wayOf(source: number, target: number): readonly number[] | undefined {
    for (const next of this.graph.nextStores(source)) {
      const way = this.graph.servicesFrom(next, true).get(target);
      if (way !== undefined) return way;
    }
    return undefined;
  }

  private tellOf(type: ChangeType, { source, target, via }: Coupling, evidence: Record<string, unknown>): void {
    const { living } = this.graph;
    const [from, to] = [living.identityOf(source), living.identityOf(target)];
    const ids = via.map(node => living.identityOf(node).id);
    const coupling = { source: nodeRef(from), target: nodeRef(to), via: ids };
    this.tell({ type, coupling, evidence, environments: [from.environment, to.environment] });
  }

  /** Nodes are one now, or no longer. */
  regroup(): void {
    const { leader } = this.graph.living.nodes;
    const of = (node: number) => leader[node]!;
    const moved = [...this.pairs.values()].map(({ source, target, via }) => ({
      source: of(source),
      target: of(target),
      via: via.map(of),
    }));
    this.load(moved.filter(({ source, target }) => source !== target));
  }

  state(): readonly Coupling[] {
    return [...this.pairs.values()];
  }

  load(pairs: readonly Coupling[]): void {
    this.pairs = new Map(pairs.map(one => [keyOf(one.source, one.target), one]));
  }
}

function keyOf(source: number, target: number): string {
  return `${source} ${target}`;
}
