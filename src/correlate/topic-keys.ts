/**
 * Which topics may meet in the ledger: those of one known cluster. Of the systems whose topics have no clusters (queues
 * of a cloud, exchanges) ids are told apart by system and name alone.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ClusterRule } from '../contract/identity-rules.ts';
import { CLUSTERED_SYSTEMS } from '../contract/rendezvous.ts';
import { finalize } from '../lib/bytes.ts';
import { type Identities, isUnnamed } from '../lib/identities.ts';

const MAX_KNOWN = 65_536;

interface Salts {
  /** 0: positions (ids) of this topic join nothing. */
  readonly offset: number;
  readonly id: number;
}

const NOTHING: Salts = { offset: 0, id: 0 };

export class TopicKeys {
  private readonly identities: Identities;
  private readonly known = new Map<number, Salts>();
  private onlyCluster = '';
  private rules: readonly ClusterRule[] = [];
  private names: ReadonlyMap<string, string> = new Map();

  constructor(identities: Identities) {
    this.identities = identities;
  }

  /** @param onlyCluster the one that the configuration knows; empty for none, or several. @param rules by ids. */
  setClusters(onlyCluster: string, rules: readonly ClusterRule[]): void {
    if (onlyCluster === this.onlyCluster && isDeepStrictEqual(rules, this.rules)) return;
    this.onlyCluster = onlyCluster;
    this.rules = rules;
    this.names = new Map(rules.flatMap(({ ids, name }) => ids.map(id => [id, name] as const)));
    this.known.clear();
  }

  of(topic: number): Salts {
    if (topic === 0 || isUnnamed(topic)) return NOTHING;
    const known = this.known.get(topic);
    if (known !== undefined) return known;
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    const salts = this.make(topic);
    this.known.set(topic, salts);
    return salts;
  }

  /** By their ids, which do not depend on what came first. */
  isBefore(a: number, b: number): boolean {
    if (a === b || a === 0 || b === 0) return a === 0 && b !== 0;
    return this.identities.get(a).id < this.identities.get(b).id;
  }

  private make(topic: number): Salts {
    const { parts, overflow } = this.identities.get(topic);
    if (overflow) return NOTHING;
    const [system = '', named = '', name = ''] = parts;
    const cluster = this.names.get(named) ?? (named || this.onlyCluster);
    const joinsIds = cluster !== '' || (system !== '' && !CLUSTERED_SYSTEMS.has(system));
    return {
      offset: cluster === '' ? 0 : saltOf(`offset\0${cluster}\0${name}`),
      id: joinsIds && system !== '' ? saltOf(`id\0${system}\0${cluster}\0${name}`) : 0,
    };
  }
}

function saltOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return finalize(h) | 1;
}
