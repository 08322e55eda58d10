/**
 * Which topics may meet in the ledger: those of one known cluster. Of the systems whose topics have no clusters (queues
 * of a cloud, exchanges) ids are told apart by system and name alone.
 */
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
  private onlyCluster: string;

  /** @param onlyCluster the one that the configuration knows; empty for none, or several. */
  constructor(identities: Identities, onlyCluster: string) {
    this.identities = identities;
    this.onlyCluster = onlyCluster;
  }

  setOnlyCluster(name: string): void {
    if (name === this.onlyCluster) return;
    this.onlyCluster = name;
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

  private make(topic: number): Salts {
    const { parts, overflow } = this.identities.get(topic);
    if (overflow) return NOTHING;
    const [system = '', named = '', name = ''] = parts;
    const cluster = named || this.onlyCluster;
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
