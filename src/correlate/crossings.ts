/**
 * Changes of service that a client span explains: one interaction per client span and service beneath it, unless an
 * inbound span of that service is paired with the client span.
 */
import { SERVICE } from '../contract/observation.ts';
import type { Emitter } from './emitter.ts';
import type { Rows } from './rows.ts';
import { HAS_GROUPS, STATE } from './state.ts';

interface Group {
  readonly service: number;
  /** Children that are calls, and that are deliveries. */
  calls: number;
  deliveries: number;
  /** Inbound spans of the service joined to the client span. */
  pairs: number;
  counted: typeof NOTHING | typeof CALL | typeof DELIVERY;
}

const NOTHING = 0;
const CALL = 1;
const DELIVERY = 2;

export class Crossings {
  private readonly rows: Rows;
  private readonly emitter: Emitter;
  private readonly groups = new Map<number, Group[]>();

  constructor(rows: Rows, emitter: Emitter) {
    this.rows = rows;
    this.emitter = emitter;
  }

  /** A child of the service came under (or left) the client span. `pairs`: counts the joined ones for a new group. */
  addChild(client: number, service: number, delivery: boolean, sign: number, pairs: () => number): void {
    const sequence = this.rows.sequenceAt(client);
    let groups = this.groups.get(sequence);
    if (groups === undefined) {
      groups = [];
      this.groups.set(sequence, groups);
      this.rows.words[client + STATE]! |= HAS_GROUPS;
    }
    let group = groups.find(g => g.service === service);
    if (group === undefined) {
      group = { service, calls: 0, deliveries: 0, pairs: pairs(), counted: NOTHING };
      groups.push(group);
    }
    if (delivery) group.deliveries += sign;
    else group.calls += sign;
    this.refresh(client, group);
  }

  /** An inbound span of the service was joined to (or left) the client span. */
  addPair(client: number, service: number, sign: number): void {
    if ((this.rows.words[client + STATE]! & HAS_GROUPS) === 0) return;
    const group = this.groups.get(this.rows.sequenceAt(client))?.find(g => g.service === service);
    if (group === undefined) return;
    group.pairs += sign;
    this.refresh(client, group);
  }

  /** True when the client span explains some change of service. */
  explains(client: number): boolean {
    if ((this.rows.words[client + STATE]! & HAS_GROUPS) === 0) return false;
    return this.groups.get(this.rows.sequenceAt(client))?.some(g => g.counted !== NOTHING) ?? false;
  }

  /** The client's row leaves: what it explains is final. */
  settle(client: number): void {
    if ((this.rows.words[client + STATE]! & HAS_GROUPS) === 0) return;
    const sequence = this.rows.sequenceAt(client);
    for (const group of this.groups.get(sequence) ?? []) this.emit(client, group, 0);
    this.groups.delete(sequence);
  }

  private refresh(client: number, group: Group): void {
    const counted = group.pairs > 0 ? NOTHING : group.calls > 0 ? CALL : group.deliveries > 0 ? DELIVERY : NOTHING;
    if (counted === group.counted) return;
    this.emit(client, group, -1);
    group.counted = counted;
    this.emit(client, group, 1);
  }

  private emit(client: number, group: Group, sign: number): void {
    if (group.counted === NOTHING) return;
    const source = this.rows.words[client + SERVICE]!;
    this.emitter.crossing(client, -1, source, group.service, group.counted === DELIVERY, sign);
  }
}
