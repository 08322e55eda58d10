/**
 * Looks at a node or an edge → its state, and what has to be told of it: each transition once, and none before the quiet
 * period of the one before is over.
 */
import type { EdgeWeights } from '../../contract/change.ts';
import { STATES } from '../../contract/graph-document.ts';
import { MINUTE_MS } from '../../lib/units.ts';
import type { GraphStore } from '../store.ts';
import { type ChangeDraft, edgeRef, evidenceOf, nodeChange, weightsOf } from './change-maker.ts';
import type { EdgeJudge } from './judge/edge-judge.ts';
import type { Living } from './living.ts';
import { Minutes } from './minutes.ts';
import type { StateChanges } from './state-changes.ts';
import { FRESH } from './subjects.ts';
import { ACTIVE, CANDIDATE, edgeChange, FADING, GONE } from './transitions.ts';
import { Ways } from './ways.ts';

/** What comes at once after a silence is no measure. */
const AFTER_SILENCE_MS = 2 * MINUTE_MS;

export class Teller {
  readonly minutes = new Minutes();
  readonly ways: Ways;
  /** Changes of edges so far. */
  told = 0;
  private readonly judge: EdgeJudge;
  private readonly living: Living;
  private readonly store: GraphStore;
  private readonly states: StateChanges;
  private readonly tell: (draft: ChangeDraft) => void;

  constructor(
    living: Living,
    store: GraphStore,
    states: StateChanges,
    judge: EdgeJudge,
    tell: (draft: ChangeDraft) => void,
  ) {
    this.judge = judge;
    this.ways = new Ways(living, store, tell);
    this.living = living;
    this.store = store;
    this.states = states;
    this.tell = tell;
  }

  /** True when it need not be looked at before its minute comes. */
  lookAtEdge(edge: number): boolean {
    const { living, states } = this;
    const { edges } = living;
    if (edges.leader[edge] !== edge) return true;
    const count = living.readEdge(edge);
    if (edges.input[edge] === 0) return false;
    if (living.isOther(edge)) {
      states.setEdge(edge, ACTIVE);
      return true;
    }
    if (count <= 0) {
      this.retract(edge);
      return false;
    }
    if (edges.told[edge] === CANDIDATE && living.isSure(edge)) {
      this.appear(edge, false);
      return true;
    }
    const state = living.stateOf(edges, edge);
    states.setEdge(edge, state);
    const type = edgeChange(edges.told[edge]!, state);
    if (edges.told[edge] === CANDIDATE) return false;
    if (state === ACTIVE && edges.told[edge] === ACTIVE && living.settings.judge) this.judgeEdge(edge);
    if (type === undefined || this.isQuiet(edges.toldAt[edge]!)) return true;
    if (type === 'edge.appeared') this.appear(edge, true);
    else this.tellEdge(edge, type, state);
    if (type === 'edge.gone') this.close(edge);
    return true;
  }

  private judgeEdge(edge: number): void {
    const { living, minutes, judge } = this;
    const { stoppedMs, resumedMs, newestMs } = living.inputOf(edge);
    if (stoppedMs !== 0) return;
    const sinceMs = resumedMs + AFTER_SILENCE_MS;
    for (const minute of minutes.take(edge, living.aggregate(edge), living.nowMs, newestMs, sinceMs)) {
      const finding = judge.take(edge, minute);
      if (finding !== undefined) this.tellEdge(edge, 'edge.changed', ACTIVE, { ...finding });
    }
  }

  private isQuiet(toldAt: number): boolean {
    return this.living.nowMs - toldAt < this.living.settings.quietMs;
  }

  private appear(edge: number, returned: boolean): void {
    const { living, states } = this;
    const [source, target] = [living.sourceOf(edge), living.targetOf(edge)];
    this.appearNode(source);
    if (target !== source) this.appearNode(target);
    this.count(source, target, 1);
    states.setEdge(edge, ACTIVE);
    this.tellEdge(edge, 'edge.appeared', ACTIVE, returned ? { returned: true } : {});
    this.ways.entered(edge);
  }

  private appearNode(node: number): void {
    const { nodes, nowMs } = this.living;
    const told = nodes.told[node]!;
    this.states.setNode(node, ACTIVE);
    if (told === ACTIVE) return;
    nodes.touch(node);
    nodes.told[node] = ACTIVE;
    nodes.toldAt[node] = nowMs;
    this.tell(nodeChange('node.appeared', this.living.identityOf(node), told === GONE ? { returned: true } : {}));
  }

  private close(edge: number): void {
    const { living } = this;
    this.ways.left(edge);
    this.count(living.sourceOf(edge), living.targetOf(edge), -1);
  }

  /** Edges that are open of both ends. */
  private count(source: number, target: number, by: 1 | -1): void {
    const { nodes } = this.living;
    for (const node of target === source ? [source] : [source, target]) {
      nodes.touch(node);
      nodes.open[node]! += by;
    }
  }

  private retract(edge: number): void {
    const { living, states } = this;
    const { edges } = living;
    const told = edges.told[edge]!;
    if (told === CANDIDATE) return states.setEdge(edge, CANDIDATE);
    if (told !== GONE) {
      this.tellEdge(edge, 'edge.retracted', CANDIDATE);
      this.close(edge);
    }
    states.setEdge(edge, CANDIDATE);
    edges.touch(edge);
    edges.told[edge] = CANDIDATE;
    this.judge.forget(edge);
    this.minutes.forget(edge);
    edges.flags[edge] = 0;
    edges.mean[edge] = edges.sightings[edge] = 0;
    edges.since[edge] = living.waitedMs;
  }

  private tellEdge(
    edge: number,
    type: ChangeDraft['type'],
    state: number,
    more: Readonly<Record<string, unknown>> = {},
  ): void {
    const { living, store } = this;
    const { edges, nowMs } = living;
    this.told++;
    const aggregate = living.aggregate(edge);
    const [source, target] = [living.identityOf(living.sourceOf(edge)), living.identityOf(living.targetOf(edge))];
    const before = edges.told[edge] === CANDIDATE ? null : this.toldWeights(edge);
    const times = { nowMs, halfLifeMs: living.settings.halfLifeMs, epoch: store.epoch };
    const after = type === 'edge.retracted' ? null : weightsOf(aggregate, state, times);
    this.remember(edge, after);
    if (type !== 'edge.changed') {
      edges.told[edge] = state;
      edges.toldAt[edge] = nowMs;
    }
    this.tell({
      type,
      edge: edgeRef(aggregate.kind, source, target),
      before,
      after,
      evidence: { ...evidenceOf(aggregate, store.epoch), ...more },
      environments: [source.environment, target.environment],
    });
  }

  private toldWeights(edge: number): EdgeWeights {
    const { edges } = this.living;
    const [count, errors] = [edges.toldCount[edge]!, edges.toldErrors[edge]!];
    const errorRatio = count > 0 ? errors / count : 0;
    return { count, errors, rate: edges.toldRate[edge]!, errorRatio, state: STATES[edges.told[edge]!]! };
  }

  private remember(edge: number, after: EdgeWeights | null): void {
    const { edges } = this.living;
    edges.touch(edge);
    edges.toldCount[edge] = after?.count ?? 0;
    edges.toldErrors[edge] = after?.errors ?? 0;
    edges.toldRate[edge] = after?.rate ?? 0;
  }

  lookAtNode(node: number): void {
    const { living, states } = this;
    const { nodes } = living;
    if (nodes.leader[node] !== node) return;
    living.readNode(node);
    if (nodes.input[node] === 0) return;
    const identity = living.identityOf(node);
    if (identity.overflow) return states.setNode(node, ACTIVE);
    if (nodes.told[node] === CANDIDATE) {
      if (this.maySpeak(node)) this.appearNode(node);
      else states.setNode(node, living.stateOf(nodes, node));
      return;
    }
    const state = living.stateOf(nodes, node);
    const hasEdges = nodes.open[node]! > 0;
    states.setNode(node, state === GONE && hasEdges ? FADING : state);
    if (this.isQuiet(nodes.toldAt[node]!)) return;
    if (state === ACTIVE) this.appearNode(node);
    else if (state === GONE && !hasEdges && nodes.told[node] !== GONE) {
      nodes.touch(node);
      nodes.told[node] = GONE;
      nodes.toldAt[node] = living.nowMs;
      this.tell(nodeChange('node.gone', identity));
    }
  }

  /** It spoke for itself, now: it need not wait for an edge. */
  private maySpeak(node: number): boolean {
    const { nodes } = this.living;
    const hasSpoken = nodes.counted[node]! !== 0 && (nodes.flags[node]! & FRESH) !== 0;
    return hasSpoken && this.living.isSettled(node);
  }
}
