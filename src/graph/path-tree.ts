/**
 * The tree of causal paths: how many interactions took exactly each chain of nodes from where a trace began. Counts
 * only grow, and the id of a path is a hash of its parent's id and its last node: trees of several shards merge by
 * addition. Paths are numbered in order of their first use; beyond the limit nothing is counted, and that is.
 */
import { hash } from 'node:crypto';
import type { DeltaPaths } from '../contract/graph-delta.ts';
import type { PathTable } from '../contract/graph-view.ts';
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { MAX_PATH_DEPTH, NO_PATH, type PathSink } from '../contract/path-sink.ts';
import { finalize, mix } from '../lib/bytes.ts';
import { ChangedLines, type LinedTable } from '../lib/changed-lines.ts';

/** What the tree asks of the graph: its number of an identity's node, and who that node is. */
export interface PathNodes {
  numberOf(identity: number): number;
  identityOf(node: number): { readonly id: string };
  readonly nodes: readonly { readonly identity: number }[];
}

/** In the place of a parent: the chain begins here, or what was above is missing. */
const ROOT = 0;
const ROOTLESS = -1;

const FIRST_CAPACITY = 1024;
/** Of one path, with its share of the index, about. */
export const BYTES_PER_PATH = 60;

/** 4096 paths are handed over together. */
const SLAB_SHIFT = 12;

export class PathTree implements PathSink, Kept {
  /** Number of the next path; 0 stands for none. */
  size = 1;
  /** Grows with every count. */
  revision = 0;
  /** Chains that found no place, and that were too deep, each time one was met. */
  readonly refused = { full: 0, deep: 0 };
  private limit: number;
  private readonly graph: PathNodes;
  private parents = new Int32Array(FIRST_CAPACITY);
  private nodes = new Int32Array(FIRST_CAPACITY);
  private depths = new Uint8Array(FIRST_CAPACITY);
  private counts = new Float64Array(FIRST_CAPACITY);
  private received = new Float64Array(FIRST_CAPACITY);
  /** Two words of each path's id. */
  private ids = new Int32Array(FIRST_CAPACITY * 2);
  /** The child found last beneath each path: mostly the next one looked for. */
  private latest = new Int32Array(FIRST_CAPACITY);
  /** Paths by parent and node; open addressing. */
  private slots = new Int32Array(FIRST_CAPACITY * 2);
  /** Two words of a hash of each node's id, as far as they were needed. */
  private nodeHashes = new Int32Array(0);
  /** Counted on since the last `takeChanged`. */
  private readonly changed: number[] = [];
  private marks = new Uint8Array(FIRST_CAPACITY);
  private readonly lines = new ChangedLines('paths', FIRST_CAPACITY, SLAB_SHIFT);

  constructor(graph: PathNodes, limit: number) {
    this.graph = graph;
    this.limit = limit;
  }

  /** Paths beyond a lower limit stay. */
  setLimit(limit: number): void {
    this.limit = limit;
  }

  /** About what the tree takes. */
  get bytes(): number {
    return this.parents.length * BYTES_PER_PATH;
  }

  begin(identity: number, rootless: boolean): number {
    return this.child(rootless ? ROOTLESS : ROOT, this.graph.numberOf(identity));
  }

  extend(path: number, identity: number): number {
    if (path === NO_PATH) return NO_PATH;
    const node = this.graph.numberOf(identity);
    const latest = this.latest[path]!;
    if (latest !== NO_PATH && this.nodes[latest] === node) return latest;
    if (this.depths[path]! >= MAX_PATH_DEPTH) {
      this.refused.deep++;
      return NO_PATH;
    }
    const child = this.child(path, node);
    this.latest[path] = child;
    return child;
  }

  visit(path: number): void {
    if (path === NO_PATH) return;
    this.counts[path]!++;
    this.noteChange(path);
  }

  visitReceived(path: number): void {
    if (path === NO_PATH) return;
    this.received[path]!++;
    this.noteChange(path);
  }

  parentOf(path: number): number {
    return Math.max(this.parents[path]!, NO_PATH);
  }

  lastOf(path: number): number {
    return this.graph.nodes[this.nodes[path]!]!.identity;
  }

  comesThrough(path: number, identity: number): boolean {
    const parent = this.parentOf(path);
    return parent !== NO_PATH && this.nodes[parent] === this.graph.numberOf(identity);
  }

  /** 16 hex digits, the same in every process: what paths of several trees are merged by. */
  idOf(path: number): string {
    const word = (i: number) => (this.ids[path * 2 + i]! >>> 0).toString(16).padStart(8, '0');
    return word(0) + word(1);
  }

  /** The tree as it is now. */
  table(): PathTable {
    const { size } = this;
    return {
      size,
      parents: this.parents.slice(0, size),
      nodes: this.nodes.slice(0, size),
      counts: this.counts.slice(0, size),
      received: this.received.slice(0, size),
    };
  }

  /** Paths from number `first` on, and those counted on since the last call (with `all`: every one). */
  takeChanged(first: number, all: boolean): Omit<DeltaPaths, 'type'> {
    const changed = all ? Int32Array.from({ length: this.size - 1 }, (_, i) => i + 1) : Int32Array.from(this.changed);
    for (const path of this.changed) this.marks[path] = 0;
    this.changed.length = 0;
    return {
      parents: this.parents.slice(first, this.size),
      nodes: this.nodes.slice(first, this.size),
      changed,
      counts: Float64Array.from(changed, path => this.counts[path]!),
      received: Float64Array.from(changed, path => this.received[path]!),
    };
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return this.lines.ahead(out, round, () => this.tables);
  }

  *save(out: ImageWriter): Iterable<void> {
    const { size, revision, refused } = this;
    out.value('paths', { size, revision, refused });
    yield* this.lines.save(out, () => this.tables);
  }

  private get tables(): readonly LinedTable[] {
    const { parents, nodes, ids, counts, received } = this;
    return [
      { name: 'paths/parents', array: parents, width: 1 },
      { name: 'paths/nodes', array: nodes, width: 1 },
      { name: 'paths/ids', array: ids, width: 2 },
      { name: 'paths/counts', array: counts, width: 1 },
      { name: 'paths/received', array: received, width: 1 },
    ];
  }

  /** Whatever the limit was then: that of now holds for what comes. */
  *load(from: ImageReader): Iterable<void> {
    const { size, revision, refused } = from.value('paths') as Pick<PathTree, 'size' | 'revision' | 'refused'>;
    while (this.parents.length < size) this.grow();
    this.lines.reach(this.parents.length - 1);
    yield* this.lines.load(from, this.tables);
    this.size = size;
    this.revision = revision;
    Object.assign(this.refused, refused);
    for (let path = 1; path < size; path++) this.depths[path] = this.depthBelow(this.parents[path]!);
    this.rehash();
  }

  private depthBelow(parent: number): number {
    return parent > 0 ? this.depths[parent]! + 1 : 1;
  }

  private noteChange(path: number): void {
    this.revision++;
    this.lines.touch(path);
    if (this.marks[path] === 1) return;
    this.marks[path] = 1;
    this.changed.push(path);
  }

  private child(parent: number, node: number): number {
    const mask = this.slots.length - 1;
    let slot = slotOf(parent, node) & mask;
    for (; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      const path = this.slots[slot]!;
      if (this.parents[path] === parent && this.nodes[path] === node) return path;
    }
    return this.add(slot, parent, node);
  }

  private add(slot: number, parent: number, node: number): number {
    if (this.size > this.limit) {
      this.refused.full++;
      return NO_PATH;
    }
    const path = this.size++;
    if (this.size > this.parents.length) this.grow();
    this.parents[path] = parent;
    this.nodes[path] = node;
    this.depths[path] = this.depthBelow(parent);
    this.lines.reach(path);
    this.lines.touch(path);
    this.setId(path);
    if (this.slots.length < this.parents.length * 2) this.rehash();
    else this.slots[slot] = path;
    this.revision++;
    return path;
  }

  private setId(path: number): void {
    const { ids } = this;
    const [parent, node] = [this.parents[path]!, this.nodes[path]!];
    const [above0, above1] =
      parent === ROOT ? [1, 2] : parent === ROOTLESS ? [3, 4] : [ids[parent * 2]!, ids[parent * 2 + 1]!];
    const hashes = this.hashesOf(node);
    const [own0, own1] = [hashes[node * 2]!, hashes[node * 2 + 1]!];
    ids[path * 2] = finalize(mix(mix(mix(0, above0), own0), own1));
    ids[path * 2 + 1] = finalize(mix(mix(mix(0x5bd1e995, above1), own1), own0));
  }

  private grow(): void {
    const capacity = this.parents.length * 2;
    const grown = <A extends Int32Array | Float64Array | Uint8Array>(made: A, from: A): A => {
      made.set(from);
      return made;
    };
    this.parents = grown(new Int32Array(capacity), this.parents);
    this.nodes = grown(new Int32Array(capacity), this.nodes);
    this.depths = grown(new Uint8Array(capacity), this.depths);
    this.counts = grown(new Float64Array(capacity), this.counts);
    this.received = grown(new Float64Array(capacity), this.received);
    this.ids = grown(new Int32Array(capacity * 2), this.ids);
    this.latest = grown(new Int32Array(capacity), this.latest);
    this.marks = grown(new Uint8Array(capacity), this.marks);
  }

  private rehash(): void {
    this.slots = new Int32Array(this.parents.length * 2);
    const mask = this.slots.length - 1;
    for (let path = 1; path < this.size; path++) {
      let slot = slotOf(this.parents[path]!, this.nodes[path]!) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = path;
    }
  }

  private hashesOf(node: number): Int32Array {
    if (node * 2 >= this.nodeHashes.length) {
      const grown = new Int32Array(Math.max(FIRST_CAPACITY, node * 4));
      grown.set(this.nodeHashes);
      this.nodeHashes = grown;
    }
    const hashes = this.nodeHashes;
    if ((hashes[node * 2]! | hashes[node * 2 + 1]!) === 0) {
      const digest = hash('sha256', this.graph.identityOf(node).id, 'buffer');
      hashes[node * 2] = digest.readInt32BE(0) | 1;
      hashes[node * 2 + 1] = digest.readInt32BE(4);
    }
    return hashes;
  }
}

function slotOf(parent: number, node: number): number {
  return mix(mix(0, parent), node);
}
