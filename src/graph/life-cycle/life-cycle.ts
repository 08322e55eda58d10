/**
 * The life of nodes and edges: what the graph counts, frame by frame → states, and a change for every transition. A
 * function of the frames alone: the same frames give the same changes with the same numbers.
 */
import type { Change } from '../../contract/change.ts';
import type { IdentityRules } from '../../contract/identity-rules.ts';
import type { ImageReader, ImageWriter, Kept } from '../../contract/image.ts';
import type { LifeCycleSettings } from '../../contract/life-cycle.ts';
import type { GraphStore } from '../store.ts';
import type { EdgeJudge } from './judge/edge-judge.ts';

/** Indexes into `STATES`. */
const CANDIDATE = 0;
const ACTIVE = 1;

export type TellChange = (change: Change, frame: number) => void;

export class LifeCycle implements Kept {
  /** Number of the newest change. */
  sequence = 0;
  /** Grows with every state. */
  revision = 0;

  private readonly store: GraphStore;

  /** @param _out is told every change. */
  constructor(store: GraphStore, _judge: EdgeJudge, _out: TellChange) {
    this.store = store;
  }

  setSettings(_settings: LifeCycleSettings, _rules: IdentityRules, _lateMs: number, _waitMs: number): void {}

  advance(_frame: number, _nowMs: number): void {}

  /** Indexes into `STATES`, by number in the store. */
  stateOfEdge(edge: number): number {
    return edge < this.store.edges.length ? ACTIVE : CANDIDATE;
  }

  stateOfNode(node: number): number {
    return node < this.store.nodes.length ? ACTIVE : CANDIDATE;
  }

  /** Pairs of number and state of those that have another one since the last call. */
  takeStateChanges(): { readonly edges: Int32Array<ArrayBuffer>; readonly nodes: Int32Array<ArrayBuffer> } {
    return { edges: new Int32Array(0), nodes: new Int32Array(0) };
  }

  *save(_out: ImageWriter): Iterable<void> {}

  *load(_from: ImageReader): Iterable<void> {}
}
