/**
 * Records of increments, gathered in parts that can be handed to another thread. What their numbers mean goes along with
 * the first part that is sent after they were given.
 */
import { BEFORE_HISTORY, type IncrementPart } from '../contract/increments.ts';
import type { Identity } from '../lib/identities.ts';
import { type NumberSink, NumberWriter } from '../lib/number-records.ts';
import { reaching } from '../lib/reaching.ts';
import { MINUTE_US } from '../lib/units.ts';
import type { EdgeAggregate } from './edge-aggregate.ts';
import type { GraphStore } from './store.ts';

const PART_NUMBERS = 1 << 16;
/** Before the mask. */
const HEADER = 5;
const NODE_ROOM = 3;

/** First and last time, µs. */
interface Seen {
  readonly first: number;
  readonly last: number;
}

class Part {
  readonly data: Float64Array<ArrayBuffer>;
  readonly out = new NumberWriter();
  start = 0;

  constructor(room: number) {
    this.data = new Float64Array(Math.max(room, PART_NUMBERS));
    this.out.writeTo(this.data);
  }
}

export class IncrementParts {
  private readonly store: GraphStore;
  private readonly send: (part: IncrementPart) => void;
  /** By batch. */
  private readonly under = new Map<number, Part>();
  private isFirst = true;
  private readonly words = new Map<string, number>();
  private newWords: string[] = [];
  private readonly toldNodes = new Set<number>();
  /** By edge: it was told. */
  private toldEdges = new Uint8Array(0);
  private newNodes: (readonly [number, Identity])[] = [];
  private newEdges: number[] = [];

  constructor(store: GraphStore, send: (part: IncrementPart) => void) {
    this.store = store;
    this.send = send;
  }

  wordNumber(word: string): number {
    const known = this.words.get(word);
    if (known !== undefined) return known;
    this.words.set(word, this.words.size);
    this.newWords.push(word);
    return this.words.size - 1;
  }

  /** The record goes on with its mask. */
  beginEdge(edge: EdgeAggregate, minute: number, seen: Seen, room: number, batch: number): NumberSink {
    this.knowEdge(edge);
    return this.begin(edge.index, minute, seen, HEADER + room, batch);
  }

  beginNode(node: number, minute: number, seen: Seen, batch: number): NumberSink {
    this.knowNode(node);
    return this.begin(-1 - node, minute, seen, HEADER + NODE_ROOM, batch);
  }

  endRecord(batch: number): void {
    const { out, start } = this.under.get(batch)!;
    out.data[start] = out.length - start;
  }

  /** See `contract/increments.ts`. */
  states(states: Float64Array<ArrayBuffer>, batch: number): void {
    this.flush(batch, undefined, states);
  }

  /** Nothing more comes of this batch. */
  complete(batch: number, through: number): void {
    this.flush(batch, through);
  }

  reset(): void {
    this.under.clear();
    this.words.clear();
    this.toldNodes.clear();
    this.toldEdges.fill(0);
    this.newWords = [];
    this.newNodes = [];
    this.newEdges = [];
    this.isFirst = true;
  }

  private begin(subject: number, minute: number, { first, last }: Seen, room: number, batch: number): NumberSink {
    let part = this.under.get(batch);
    if (part !== undefined && part.out.length + room > part.data.length) {
      this.flush(batch);
      part = undefined;
    }
    if (part === undefined) {
      part = new Part(room);
      this.under.set(batch, part);
    }
    const { out } = part;
    part.start = out.length;
    out.put(0);
    out.put(subject);
    out.put(minute);
    out.put(isOf(minute, first) ? first : Number.POSITIVE_INFINITY);
    out.put(isOf(minute, last) ? last : Number.NEGATIVE_INFINITY);
    return out;
  }

  /** Whoever reads what follows knows what its number means. */
  knowEdge({ index, kind, source, target }: EdgeAggregate): void {
    if (this.toldEdges[index] === 1) return;
    this.toldEdges = reaching(this.toldEdges, this.store.edges.length);
    this.toldEdges[index] = 1;
    this.knowNode(source);
    this.knowNode(target);
    this.newEdges.push(index, kind, source, target);
  }

  knowNode(node: number): void {
    if (this.toldNodes.has(node)) return;
    this.toldNodes.add(node);
    this.newNodes.push([node, this.store.identityOf(node)]);
  }

  private flush(batch: number, through?: number, states = new Float64Array(0)): void {
    const part = this.under.get(batch);
    this.under.delete(batch);
    const { isFirst, newNodes: nodes, newWords: words } = this;
    const edges = Int32Array.from(this.newEdges);
    this.isFirst = false;
    this.newNodes = [];
    this.newEdges = [];
    this.newWords = [];
    const numbers = part?.data ?? new Float64Array(0);
    const length = part?.out.length ?? 0;
    const told = { batch, isFirst, numbers, length, states, nodes, edges, words };
    this.send({ ...told, ...(through !== undefined && { through }) });
  }
}

/** What is told in a minute lies within it; what was before history, anywhere. */
export function isOf(minute: number, time: number): boolean {
  return minute === BEFORE_HISTORY || Math.floor(time / MINUTE_US) === minute;
}
