/**
 * Which nodes are one, as the rules of the frames say: like views, but at the pace of frames, so that what is told of it
 * is a function of them.
 */
import { type IdentityRules, NO_RULES } from '../../contract/identity-rules.ts';
import type { Identity } from '../../lib/identities.ts';
import { Resolver } from '../resolve.ts';
import type { GraphStore } from '../store.ts';

/** Nodes that go by another identity than before. */
export interface Move {
  readonly type: 'node.merged' | 'node.split';
  /** Numbers in the store. */
  readonly nodes: readonly number[];
  /** Id of what they are one with now, or were until now. */
  readonly id: string;
}

export class Resolution {
  /** Another object means that something moved. */
  moved: ReadonlyMap<number, Identity> = new Map();
  /** Nodes that were there at the last look: those after them may be something else. */
  looked = 0;
  private readonly store: GraphStore;
  private rules = NO_RULES;
  private resolver = new Resolver(NO_RULES);
  private structure = -1;

  constructor(store: GraphStore) {
    this.store = store;
  }

  setRules(rules: IdentityRules): void {
    this.rules = rules;
    this.structure = -1;
  }

  /** True when rules may name a node otherwise the moment it comes. */
  get isRuled(): boolean {
    const { aliases, databases, clusters } = this.rules;
    return aliases.length + databases.length + clusters.length > 0;
  }

  identityOf(node: number): Identity {
    return this.moved.get(node) ?? this.store.identityOf(node);
  }

  /** What moved since the last look; undefined when nothing did. */
  look(): readonly Move[] | undefined {
    const { store } = this;
    if (store.structure === this.structure) return undefined;
    this.structure = store.structure;
    if (this.resolver.rules !== this.rules) this.resolver = new Resolver(this.rules);
    const shows = showing(store);
    const { moved } = this.resolver.resolve(store.nodes.length, node => store.identityOf(node), shows);
    this.looked = store.nodes.length;
    const before = this.moved;
    if (isSame(before, moved)) return undefined;
    this.moved = new Map(moved);
    return this.difference(before, moved, shows);
  }

  private difference(
    before: ReadonlyMap<number, Identity>,
    now: ReadonlyMap<number, Identity>,
    shows: Uint8Array,
  ): readonly Move[] {
    const merged = new Map<string, number[]>();
    const split = new Map<string, number[]>();
    for (const node of [...new Set([...before.keys(), ...now.keys()])].sort((a, b) => a - b)) {
      const [was, is] = [before.get(node)?.id, now.get(node)?.id];
      if (was === is || shows[node] === 0) continue;
      const [moves, id] = is === undefined ? [split, was!] : [merged, is];
      const same = moves.get(id);
      if (same === undefined) moves.set(id, [node]);
      else same.push(node);
    }
    return [
      ...[...split].map(([id, nodes]) => ({ type: 'node.split' as const, nodes, id })),
      ...[...merged].map(([id, nodes]) => ({ type: 'node.merged' as const, nodes, id })),
    ];
  }

  /** For each node the smallest number of those that are one with it. */
  leaders(): Int32Array {
    const { store, moved } = this;
    const leaders = Int32Array.from(store.nodes, (_, node) => node);
    const ids = new Map<string, number>([...moved.values()].map(({ id }) => [id, -1]));
    for (let node = 0; node < leaders.length; node++) {
      const { id } = this.identityOf(node);
      const first = ids.get(id);
      if (first === undefined) continue;
      if (first < 0) ids.set(id, node);
      else leaders[node] = first;
    }
    return leaders;
  }

  state(): object {
    return { moved: this.moved, looked: this.looked, structure: this.structure };
  }

  load(state: unknown): void {
    const { moved, looked, structure } = state as Pick<Resolution, 'moved' | 'looked'> & { structure: number };
    this.moved = moved;
    this.looked = looked;
    this.structure = structure;
  }
}

function showing({ nodes, edges }: GraphStore): Uint8Array {
  const shows = Uint8Array.from(nodes, ({ first }) => (Number.isFinite(first) ? 1 : 0));
  for (const { count, source, target } of edges) if (count > 0) shows[source] = shows[target] = 1;
  return shows;
}

function isSame(a: ReadonlyMap<number, Identity>, b: ReadonlyMap<number, Identity>): boolean {
  if (a.size !== b.size) return false;
  for (const [node, { id }] of a) if (b.get(node)?.id !== id) return false;
  return true;
}
