/**
 * Parents and climbs over the kept rows: who stands above a span. A row is named by its base (first word).
 * Every climb ends at a root, at a missing parent, or after 256 hops as if the parent were missing.
 */
import {
  BAD_PARENT,
  CLASS_MASK,
  DURATION,
  INTERNAL,
  PARENT,
  SERVICE,
  SHAPE,
  SPAN,
  START,
  unpackDuration,
} from '../contract/observation.ts';
import type { Identities } from '../lib/identities.ts';
import type { Rows } from './rows.ts';
import { isCaller, isInbound, isInner, isOutbound, isTransparent } from './state.ts';

export const MAX_HOPS = 256;
/** Rows under one key that are looked at, newest first. */
export const MAX_CANDIDATES = 64;
export const ROOT = -1;
export const MISSING = -2;

/** The result of a climb from an inbound span; valid until the next climb. */
export const found = {
  /** Row of the partner, ROOT (only own or nameless spans above), or MISSING. */
  row: MISSING,
  /** First service of another name met above without a partner; 0 none. */
  remote: 0,
  /** An internal span of the own service stands above. */
  passedOwn: false,
  /** The climb ended at a local inbound span. */
  local: false,
  /** Row whose parent is missing. */
  below: 0,
  /** The nearest ancestor with a service; -1 none. */
  named: -1,
};

export class Chains {
  /** Rows looked at so far: the measure of work. */
  steps = 0;
  private readonly rows: Rows;
  private readonly identities: Identities;

  constructor(rows: Rows, identities: Identities) {
    this.rows = rows;
    this.identities = identities;
  }

  /** The row's parent, ROOT or MISSING. */
  parent(row: number): number {
    const w = this.rows.words;
    const p0 = w[row + PARENT]!;
    const p1 = w[row + PARENT + 1]!;
    if ((p0 | p1) === 0) return (w[row + SHAPE]! & BAD_PARENT) === 0 ? ROOT : MISSING;
    if (p0 === w[row + SPAN] && p1 === w[row + SPAN + 1]) return MISSING;
    let best = this.rows.firstRow(w, row, p0, p1);
    this.steps++;
    if (best < 0) return MISSING;
    let candidates = 1;
    for (
      let other = this.rows.nextRow(best, w, row, p0, p1);
      other >= 0 && candidates < MAX_CANDIDATES;
      other = this.rows.nextRow(other, w, row, p0, p1)
    ) {
      candidates++;
      if (this.isBetterParent(other, best, row)) best = other;
    }
    this.steps += candidates;
    return best;
  }

  private isBetterParent(a: number, b: number, child: number): boolean {
    const w = this.rows.words;
    const own = Number(this.isSameService(b, child)) - Number(this.isSameService(a, child));
    if (own !== 0) return own < 0;
    const inbound = isInbound(w[child + SHAPE]!);
    const isOtherSide = (row: number) => (inbound ? isOutbound(w[row + SHAPE]!) : isInbound(w[row + SHAPE]!));
    const side = Number(isOtherSide(b)) - Number(isOtherSide(a));
    return side !== 0 ? side < 0 : this.isSmaller(a, b);
  }

  /** Rows of one key in a stable order: start, service name, class, service, duration. */
  isSmaller(a: number, b: number): boolean {
    const { words: w, floats } = this.rows;
    const start = floats[(a + START) >> 1]! - floats[(b + START) >> 1]!;
    if (start !== 0) return start < 0;
    const [nameA, nameB] = [this.serviceName(a), this.serviceName(b)];
    if (nameA !== nameB) return nameA < nameB;
    const kind = kindOrder(w[a + SHAPE]!) - kindOrder(w[b + SHAPE]!);
    if (kind !== 0) return kind < 0;
    const [idA, idB] = [this.serviceId(a), this.serviceId(b)];
    return idA !== idB ? idA < idB : unpackDuration(w[a + DURATION]!) < unpackDuration(w[b + DURATION]!);
  }

  private serviceName(row: number): string {
    const service = this.rows.words[row + SERVICE]!;
    return service === 0 ? '' : (this.identities.get(service).parts[1] ?? '');
  }

  private serviceId(row: number): string {
    const service = this.rows.words[row + SERVICE]!;
    return service === 0 ? '' : this.identities.get(service).id;
  }

  isSameService(a: number, b: number): boolean {
    const w = this.rows.words;
    return !isTransparent(w[a + SHAPE]!) && !isTransparent(w[b + SHAPE]!) && w[a + SERVICE] === w[b + SERVICE];
  }

  /** The nearest ancestor with a service, ROOT or MISSING. */
  nearestNamed(row: number): number {
    const w = this.rows.words;
    for (let hops = 0; hops < MAX_HOPS; hops++) {
      const parent = this.parent(row);
      if (parent < 0 || !isTransparent(w[parent + SHAPE]!)) return parent;
      row = parent;
    }
    return MISSING;
  }

  /** A client or producer under the same span id that this inbound span serves; -1 none. */
  sharer(row: number): number {
    const w = this.rows.words;
    const [s0, s1] = [w[row + SPAN]!, w[row + SPAN + 1]!];
    let best = -1;
    let candidates = 0;
    for (
      let other = this.rows.firstRow(w, row, s0, s1);
      other >= 0 && candidates < MAX_CANDIDATES;
      other = this.rows.nextRow(other, w, row, s0, s1)
    ) {
      candidates++;
      if (other !== row && isCaller(w[other + SHAPE]!) && (best < 0 || this.isSmaller(other, best))) best = other;
    }
    this.steps += candidates;
    return best;
  }

  /** Climbs from an inbound span's parent to its nearest remote ancestor; the answer stands in `found`. */
  climb(row: number): void {
    const w = this.rows.words;
    const service = w[row + SERVICE]!;
    found.remote = 0;
    found.named = -1;
    found.passedOwn = found.local = false;
    let at = row;
    for (let hops = 0; hops < MAX_HOPS; hops++) {
      const up = this.parent(at);
      if (up < 0) return end(up, at);
      at = up;
      const shape = w[up + SHAPE]!;
      if (isTransparent(shape)) continue;
      if (found.named < 0) found.named = up;
      const theirs = w[up + SERVICE]!;
      if (isOutbound(shape) && (found.remote === 0 || theirs === found.remote)) return end(up, up);
      if (found.remote !== 0) {
        if (isInner(shape) && theirs === found.remote) continue;
        return end(ROOT, up);
      }
      if (theirs === service) {
        if (isInbound(shape)) {
          found.local = true;
          return end(ROOT, up);
        }
        found.passedOwn = true;
        continue;
      }
      found.remote = theirs;
      if (isInbound(shape)) return end(ROOT, up);
    }
    end(MISSING, at);
  }

  /** The client or producer of the ancestor's service at or above it, through inner spans of that service; -1 none. */
  clientAbove(ancestor: number): number {
    const w = this.rows.words;
    const service = w[ancestor + SERVICE]!;
    let at = ancestor;
    for (let hops = 0; hops <= MAX_HOPS && at >= 0; hops++) {
      const shape = w[at + SHAPE]!;
      if (!isTransparent(shape)) {
        if (w[at + SERVICE] !== service) return -1;
        if (isCaller(shape)) return at;
        if (!isInner(shape)) return -1;
      }
      at = this.parent(at);
    }
    return -1;
  }
}

function end(row: number, below: number): void {
  found.row = row;
  found.below = below;
}

function kindOrder(shape: number): number {
  return isTransparent(shape) ? INTERNAL : shape & CLASS_MASK;
}
