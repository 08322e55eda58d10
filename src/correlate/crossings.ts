/**
 * Changes of service that a client span explains: one interaction per client span and service beneath it, unless an
 * inbound span of that service is paired with the client span.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { SERVICE } from '../contract/observation.ts';
import type { Emitter } from './emitter.ts';
import { loadRecords, saveRecords } from './pieces.ts';
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

export class Crossings implements Kept {
  private readonly rows: Rows;
  private readonly emitter: Emitter;
  /** By sequence number of the client span and service; of a client span that explains something, all services joined. */
  private readonly groups = new Map<number, Map<number, Group>>();

  constructor(rows: Rows, emitter: Emitter) {
    this.rows = rows;
    this.emitter = emitter;
  }

  *save(out: ImageWriter): Iterable<void> {
    const { groups } = this;
    function* records(): Iterable<readonly number[]> {
      for (const [client, ofClient] of groups) {
        for (const { service, calls, deliveries, pairs, counted } of ofClient.values())
          yield [client, service, calls, deliveries, pairs, counted];
      }
    }
    yield* saveRecords(out, 'correlate/crossings', 6, records());
  }

  *load(from: ImageReader): Iterable<void> {
    yield* loadRecords(from, 'correlate/crossings', 6, (numbers, at) => {
      const [client, service, calls, deliveries, pairs, counted] = numbers.subarray(at, at + 6) as unknown as Numbers;
      const groups = this.groups.get(client) ?? new Map<number, Group>();
      groups.set(service, { service, calls, deliveries, pairs, counted });
      this.groups.set(client, groups);
    });
  }

  /**
   * A child of the service came under (or left) the client span. `forEachJoined` visits the services of the inbound
   * spans joined to it.
   */
  addChild(
    client: number,
    service: number,
    delivery: boolean,
    sign: number,
    forEachJoined: (visit: (service: number) => void) => void,
  ): void {
    let groups = this.groups.get(this.rows.sequenceAt(client));
    if (groups === undefined) {
      const joined = new Map<number, Group>();
      forEachJoined(theirs => groupOf(joined, theirs).pairs++);
      this.groups.set(this.rows.sequenceAt(client), joined);
      this.rows.words[client + STATE]! |= HAS_GROUPS;
      this.rows.changed(client);
      groups = joined;
    }
    const group = groupOf(groups, service);
    if (delivery) group.deliveries += sign;
    else group.calls += sign;
    this.refresh(client, group);
  }

  /** An inbound span of the service was joined to (or left) the client span. */
  addPair(client: number, service: number, sign: number): void {
    if ((this.rows.words[client + STATE]! & HAS_GROUPS) === 0) return;
    const group = groupOf(this.groups.get(this.rows.sequenceAt(client))!, service);
    group.pairs += sign;
    this.refresh(client, group);
  }

  /** True when the client span explains some change of service. */
  explains(client: number): boolean {
    if ((this.rows.words[client + STATE]! & HAS_GROUPS) === 0) return false;
    for (const { counted } of this.groups.get(this.rows.sequenceAt(client))!.values()) {
      if (counted !== NOTHING) return true;
    }
    return false;
  }

  /** Calls `visit` with each service that the client span explains an interaction with, and whether it is a delivery. */
  forEachCounted(client: number, visit: (service: number, delivery: boolean) => void): void {
    for (const { service, counted } of this.groups.get(this.rows.sequenceAt(client))!.values()) {
      if (counted !== NOTHING) visit(service, counted === DELIVERY);
    }
  }

  /** The client's row leaves: what it explains is final. */
  settle(client: number): void {
    if ((this.rows.words[client + STATE]! & HAS_GROUPS) === 0) return;
    const sequence = this.rows.sequenceAt(client);
    for (const group of this.groups.get(sequence)!.values()) this.emit(client, group, 0);
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

/** Client, and a group. */
type Numbers = readonly [number, number, number, number, number, Group['counted']];

function groupOf(groups: Map<number, Group>, service: number): Group {
  let group = groups.get(service);
  if (group === undefined) {
    group = { service, calls: 0, deliveries: 0, pairs: 0, counted: NOTHING };
    groups.set(service, group);
  }
  return group;
}
