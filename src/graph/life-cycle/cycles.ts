/** Cycles that new edges close: told once for the same nodes, and gone when one of their edges is and nothing takes its place. */
import type { ChangeType } from '../../contract/change.ts';
import { ROUTES } from '../../contract/interaction.ts';
import { shortKey } from '../../lib/identities.ts';
import { type ChangeDraft, edgeRef } from './change-maker.ts';
import type { ToldGraph } from './told-graph.ts';

const MOST_CYCLES = 1000;

/** Edges, the first from the node with the smallest id. */
type Cycle = readonly number[];

export class Cycles {
  private cycles = new Map<string, Cycle>();
  private readonly graph: ToldGraph;
  private readonly tell: (draft: ChangeDraft) => void;

  constructor(graph: ToldGraph, tell: (draft: ChangeDraft) => void) {
    this.graph = graph;
    this.tell = tell;
  }

  entered(edge: number): void {
    const { living } = this.graph;
    const [source, target] = [living.sourceOf(edge), living.targetOf(edge)];
    if (source === target || this.cycles.size >= MOST_CYCLES) return;
    const back = this.graph.shortest(target, source);
    if (back === undefined) return;
    const cycle = this.fromSmallest([edge, ...back]);
    if (!this.isWorthTelling(cycle)) return;
    const key = this.keyOf(cycle);
    if (this.cycles.has(key)) return;
    this.cycles.set(key, cycle);
    this.tellOf('cycle.appeared', key, cycle);
  }

  left(edge: number): void {
    for (const [key, cycle] of this.cycles) {
      if (!cycle.includes(edge)) continue;
      const { living } = this.graph;
      const other = this.graph.edgeBetween(living.sourceOf(edge), living.targetOf(edge));
      if (other !== undefined)
        this.cycles.set(
          key,
          cycle.map(one => (one === edge ? other : one)),
        );
      else {
        this.cycles.delete(key);
        this.tellOf('cycle.gone', key, cycle);
      }
    }
  }

  /** A service and its own table are none, services that wait for each other are, and so is a topic that feeds itself. */
  private isWorthTelling(cycle: Cycle): boolean {
    const services = cycle.filter(edge => this.graph.isService(this.graph.living.sourceOf(edge)));
    return services.length >= 2 || cycle.every(edge => this.graph.kindOf(edge) === ROUTES);
  }

  private idOf(edge: number): string {
    const { living } = this.graph;
    return living.identityOf(living.sourceOf(edge)).id;
  }

  private fromSmallest(cycle: Cycle): Cycle {
    let smallest = 0;
    cycle.forEach((edge, at) => {
      if (this.idOf(edge) < this.idOf(cycle[smallest]!)) smallest = at;
    });
    return [...cycle.slice(smallest), ...cycle.slice(0, smallest)];
  }

  private keyOf(cycle: Cycle): string {
    return shortKey(cycle.map(edge => this.idOf(edge)).join('\n'));
  }

  private tellOf(type: ChangeType, key: string, cycle: Cycle): void {
    const { graph } = this;
    const { living } = graph;
    const ends = cycle.map(
      edge => [living.identityOf(living.sourceOf(edge)), living.identityOf(living.targetOf(edge))] as const,
    );
    const edges = cycle.map((edge, at) => edgeRef(graph.kindOf(edge), ...ends[at]!).id);
    const environments = ends.map(([source]) => source.environment);
    this.tell({ type, cycle: { key, nodes: ends.map(([source]) => source.id), edges }, environments });
  }

  /** Nodes are one now, or no longer: their cycles go by other names. */
  regroup(): void {
    const { leader } = this.graph.living.edges;
    const moved = [...this.cycles.values()].map(cycle => cycle.map(edge => leader[edge]!));
    this.load(moved);
  }

  state(): readonly Cycle[] {
    return [...this.cycles.values()];
  }

  load(cycles: readonly Cycle[]): void {
    this.cycles = new Map(cycles.map(cycle => [this.keyOf(cycle), cycle]));
  }
}
