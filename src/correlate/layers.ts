/**
 * Layers of one delivery. Of receive spans inside each other the innermost count: each knows the one around it. Of
 * process spans of several instrumentations (client library, framework) for one message those of one scope count, that of
 * the earliest span. Known for rows that are kept.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import {
  LINK,
  LINK_TOPIC,
  PARENT,
  SCOPE_MASK,
  SCOPE_SHIFT,
  SERVICE,
  SEVERAL,
  SHAPE,
  SPAN,
  TARGET,
} from '../contract/observation.ts';
import { type Chains, MAX_CANDIDATES, MISSING } from './chains.ts';
import { LINK_STATE } from './kept-links.ts';
import { LINK_TOLD } from './link-state.ts';
import { loadRecords, saveRecords } from './pieces.ts';
import { isEarlierRow } from './row-side.ts';
import type { Rows } from './rows.ts';
import {
  BY_SHARED_ID,
  decisionOf,
  HAS_INNER,
  HAS_OUTER,
  isCaller,
  isProcess,
  isReceive,
  STATE,
  TOLD_EARLIER,
} from './state.ts';

/** No scope has this number. */
const SEVERAL_SCOPES = -1;

/** Who counts consumers. */
interface Counter {
  /** Counts a row anew around a change, unless what it counts is final: then nothing changes. */
  recount(row: number, change: () => void): void;
  isFinal(row: number): boolean;
}

export class Layers implements Kept {
  private readonly rows: Rows;
  private readonly chains: Chains;
  /** Sequence number of the receive row around, by that of the row inside; and how many are inside of one. */
  private readonly outers = new Map<number, number>();
  private readonly inners = new Map<number, number>();
  private readonly members: Member[] = [];
  /** By service: the one scope of its process spans (and one), or several. */
  private scopes = new Int32Array(1024);

  constructor(rows: Rows, chains: Chains) {
    this.rows = rows;
    this.chains = chains;
  }

  *save(out: ImageWriter): Iterable<void> {
    out.value('correlate/scopes', this.scopes);
    yield* saveRecords(out, 'correlate/outers', 2, this.outers);
    yield* saveRecords(out, 'correlate/inners', 2, this.inners);
  }

  *load(from: ImageReader): Iterable<void> {
    this.scopes = from.value('correlate/scopes') as Int32Array<ArrayBuffer>;
    yield* loadRecords(from, 'correlate/outers', 2, (n, at) => this.outers.set(n[at]!, n[at + 1]!));
    yield* loadRecords(from, 'correlate/inners', 2, (n, at) => this.inners.set(n[at]!, n[at + 1]!));
  }

  /** Sequence number of the receive row around this one that stands back for it; 0 none. */
  outerOf(row: number): number {
    if ((this.rows.words[row + STATE]! & HAS_OUTER) === 0) return 0;
    return this.outers.get(this.rows.sequenceAt(row)) ?? 0;
  }

  /** The row's outer is another now (0: none); those that stand back, or no more, are counted anew. */
  setOuter(row: number, outer: number, counter: Counter): void {
    const before = this.outerOf(row);
    if (before === outer) return;
    const sequence = this.rows.sequenceAt(row);
    this.rows.changed(row);
    if (before !== 0) this.addInner(before, -1, counter);
    if (outer === 0) {
      this.outers.delete(sequence);
      this.rows.words[row + STATE]! &= ~HAS_OUTER;
    } else {
      this.outers.set(sequence, outer);
      this.rows.words[row + STATE]! |= HAS_OUTER;
      this.addInner(outer, 1, counter);
    }
  }

  private addInner(outer: number, by: number, counter: Counter): void {
    const { rows, inners } = this;
    if (!rows.alive(outer)) return;
    const count = (inners.get(outer) ?? 0) + by;
    if (count > 0) inners.set(outer, count);
    else inners.delete(outer);
    const row = rows.base(outer);
    const state = rows.words[row + STATE]!;
    if (((state & HAS_INNER) !== 0) === count > 0) return;
    counter.recount(row, () => {
      rows.words[row + STATE]! ^= HAS_INNER;
      rows.changed(row);
    });
  }

  /** The row leaves. */
  leave(row: number): void {
    const state = this.rows.words[row + STATE]!;
    if ((state & HAS_OUTER) !== 0) this.outers.delete(this.rows.sequenceAt(row));
    if (this.inners.size > 0) this.inners.delete(this.rows.sequenceAt(row));
  }

  /** A process span came, or how it is joined changes to `decision`: who tells of its messages? */
  compare(row: number, decision: number, counter: Counter): void {
    const { rows } = this;
    const w = rows.words;
    if (this.isOfOneScope(w[row + SERVICE]!, scopeOf(w[row + SHAPE]!))) return;
    if (w[row + LINK] === 0) {
      const [p0, p1] = [w[row + PARENT]!, w[row + PARENT + 1]!];
      if ((p0 | p1) !== 0) this.compareContext(row, decision, w, row, p0, p1, counter);
      return;
    }
    for (let link = rows.firstLink(w[row + LINK]!); link >= 0; link = rows.siblingLink(link)) {
      this.compareContext(
        row,
        decision,
        rows.links,
        link,
        rows.links[link + SPAN]!,
        rows.links[link + SPAN + 1]!,
        counter,
      );
    }
  }

  /** So far all process spans of the service were of this scope: none can be another layer. */
  private isOfOneScope(service: number, scope: number): boolean {
    if (service >= this.scopes.length) {
      const grown = new Int32Array(service * 2);
      grown.set(this.scopes);
      this.scopes = grown;
    }
    const known = this.scopes[service]!;
    if (known === 0) this.scopes[service] = scope + 1;
    else if (known !== scope + 1) this.scopes[service] = SEVERAL_SCOPES;
    return known === 0 || known === scope + 1;
  }

  private compareContext(
    row: number,
    decision: number,
    of: Int32Array,
    at: number,
    s0: number,
    s1: number,
    counter: Counter,
  ): void {
    if (!this.gather(row, of, at, s0, s1)) return;
    const { rows, members } = this;
    let first: Member | undefined;
    for (const member of members) {
      member.counts = member.link >= 0 || this.isByParent(member.row, member.row === row ? decision : -1);
      member.isFinal = counter.isFinal(member.row);
      if (member.counts && (first === undefined || this.isBefore(member, first))) first = member;
    }
    const scope = first === undefined ? 0 : scopeOf(rows.words[first.row + SHAPE]!);
    for (const { row: theirs, link, counts } of [...members]) {
      const told = counts && scopeOf(rows.words[theirs + SHAPE]!) !== scope;
      if (link >= 0) this.mark(rows.links, link + LINK_STATE, LINK_TOLD, told, theirs, counter);
      else this.mark(rows.words, theirs + STATE, TOLD_EARLIER, told, theirs, counter);
      if (link >= 0) rows.changedLink(link);
      else rows.changed(theirs);
    }
  }

  private mark(of: Int32Array, at: number, flag: number, on: boolean, row: number, counter: Counter): void {
    if (((of[at]! & flag) !== 0) === on) return;
    counter.recount(row, () => {
      of[at]! ^= flag;
    });
  }

  /** Process spans of the row's service with a context as parent or link. False where all are of one scope. */
  private gather(row: number, of: Int32Array, at: number, s0: number, s1: number): boolean {
    const { rows, members } = this;
    const w = rows.words;
    members.length = 0;
    let differ = false;
    const add = (other: number, link: number): boolean => {
      if (!isProcess(w[other + SHAPE]!) || w[other + SERVICE] !== w[row + SERVICE]) return true;
      if (link < 0 && w[other + LINK] !== 0) return true;
      if (scopeOf(w[other + SHAPE]!) !== scopeOf(w[row + SHAPE]!)) differ = true;
      return members.push({ row: other, link, counts: false, isFinal: false }) < MAX_CANDIDATES;
    };
    for (let child = rows.firstBelow(of, at, s0, s1); child >= 0; child = rows.nextBelow(child, of, at, s0, s1)) {
      if (!add(child, -1)) return differ;
    }
    if (rows.linkCount === 0) return differ;
    for (let link = rows.firstLinkToKey(of, at, s0, s1); link >= 0; link = rows.nextLinkToKey(link, of, at, s0, s1)) {
      const owner = rows.linkOwner(link);
      if (owner >= 0 && !add(owner, link)) return differ;
    }
    return differ;
  }

  /** The parent is the message: it is a producer or client, or never came. */
  private isByParent(row: number, decision: number): boolean {
    const w = this.rows.words;
    if ((decision >= 0 ? decision : decisionOf(w[row + STATE]!)) === BY_SHARED_ID) return false;
    if (w[row + PARENT] === w[row + SPAN] && w[row + PARENT + 1] === w[row + SPAN + 1]) return false;
    const parent = this.chains.parent(row);
    return parent === MISSING || (parent >= 0 && isCaller(w[parent + SHAPE]!));
  }

  /** What was counted for good stays; else the earlier span decides. */
  private isBefore(a: Member, b: Member): boolean {
    return a.isFinal !== b.isFinal ? a.isFinal : isEarlierRow(this.rows, a.row, b.row);
  }
}

interface Member {
  readonly row: number;
  readonly link: number;
  counts: boolean;
  isFinal: boolean;
}

/** A receive span inside another tells more of what that one says, or the same. */
export function mayTellInside(rows: Rows, outer: number, inner: number): boolean {
  const w = rows.words;
  if (w[inner + TARGET] === 0) return false;
  if (w[outer + TARGET] === 0 || w[outer + TARGET] === w[inner + TARGET] || (w[outer + SHAPE]! & SEVERAL) !== 0)
    return true;
  for (let link = rows.firstLink(w[outer + LINK]!); link >= 0; link = rows.siblingLink(link)) {
    if (rows.links[link + LINK_TOPIC] !== 0) return true;
  }
  return false;
}

/** A span inside an own span of its operation that says it all. */
export function isInsideLayer(rows: Rows, outer: number, inner: number): boolean {
  const w = rows.words;
  const [around, shape] = [w[outer + SHAPE]!, w[inner + SHAPE]!];
  if (w[outer + TARGET] === 0) return false;
  if (isReceive(shape)) return isReceive(around) && w[inner + TARGET] === 0;
  if (!isProcess(shape) || !isProcess(around) || w[inner + LINK] !== 0) return false;
  return w[outer + TARGET] === w[inner + TARGET] && scopeOf(around) !== scopeOf(shape);
}

const scopeOf = (shape: number): number => (shape >>> SCOPE_SHIFT) & SCOPE_MASK;
