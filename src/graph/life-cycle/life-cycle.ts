/**
 * The life of nodes and edges: what the graph counts, frame by frame → states, and a change for every transition. A
 * function of the frames alone: the same frames give the same changes with the same numbers.
 *
 * What is new is looked at in the frame that made it, or, of very many, in those after it; everything else once a minute,
 * a part of it with every frame.
 */
import type { Change } from '../../contract/change.ts';
import type { IdentityRules } from '../../contract/identity-rules.ts';
import type { ImageReader, ImageWriter, Kept } from '../../contract/image.ts';
import type { LifeCycleSettings } from '../../contract/life-cycle.ts';
import { MINUTE_MS } from '../../lib/units.ts';
import type { StatePairs } from '../states.ts';
import type { GraphStore } from '../store.ts';
import { type ChangeDraft, nodeChange } from './change-maker.ts';
import { Inputs } from './inputs.ts';
import type { EdgeJudge } from './judge/edge-judge.ts';
import { adoptLives, judgeAges } from './known-lives.ts';
import { countQuiet, countStates, type LifeCounts } from './life-counts.ts';
import { Living } from './living.ts';
import { NewEdges, type NewEdgesState } from './new-edges.ts';
import { regroup } from './regroup.ts';
import { StateChanges } from './state-changes.ts';
import { Teller } from './teller.ts';
import { ACTIVE, severityOf } from './transitions.ts';

const SECOND_MS = 1000;
/** Frames come ten times a second: who has seen none for so long was not there. */
const DOWN_MS = 2 * MINUTE_MS;
/** Edges that are looked at in a second, whether their input is not silent any more. */
const SILENT_EDGES = 25_000;
const FAMILY = 'life';

export type TellChange = (change: Change, frame: number) => void;

interface Own {
  readonly sequence: number;
  readonly revision: number;
  readonly stampMs: number;
  readonly waitedMs: number;
  readonly second: number;
  readonly edges: number;
  readonly nodes: number;
  readonly graphRevision: number;
  readonly waiting: readonly number[];
  /** A program from before looked at all that was new at once. */
  readonly fresh?: NewEdgesState;
  readonly inputs: object;
  readonly resolution: object;
}

export class LifeCycle implements Kept {
  /** Number of the newest change. */
  sequence = 0;
  private readonly store: GraphStore;
  private readonly judge: EdgeJudge;
  private readonly out: TellChange;
  private readonly living: Living;
  private readonly inputs: Inputs;
  private readonly teller: Teller;
  private readonly states: StateChanges;
  private readonly fresh: NewEdges;
  private frame = 0;
  /** Of the last frame. */
  private stampMs = 0;
  private second = 0;
  /** Edges and nodes that are known to be there. */
  private knownEdges = 0;
  private knownNodes = 0;
  private graphRevision = 0;
  /** What is there was kept without its life. */
  private isAdopting = false;

  /** @param out is told every change. */
  constructor(store: GraphStore, judge: EdgeJudge, out: TellChange) {
    this.store = store;
    this.judge = judge;
    this.out = out;
    this.inputs = new Inputs((type, input, sinceMs) => {
      const ref = this.inputs.refOf(input);
      const seconds = (this.living.nowMs - sinceMs) / 1000;
      const since = new Date(sinceMs).toISOString();
      const evidence = { since, seconds, reason: this.inputs.rows[input]!.reason };
      this.tell({ type, input: ref, evidence, environments: [ref.environment] });
    });
    this.living = new Living(store, this.inputs);
    this.states = new StateChanges(this.living);
    this.teller = new Teller(this.living, store, this.states, judge, draft => this.tell(draft));
    this.fresh = new NewEdges(this.living, this.teller);
  }

  /** Grows with every state. */
  get revision(): number {
    return this.states.revision;
  }

  setSettings(settings: LifeCycleSettings, rules: IdentityRules, lateMs: number, waitMs: number): void {
    Object.assign(this.living, { settings, lateMs, waitMs });
    this.living.resolution.setRules(rules);
  }

  /** @param waitedMs the clock by which everything waits. */
  advance(frame: number, nowMs: number, waitedMs: number): void {
    this.frame = frame;
    const before = this.stampMs;
    this.stampMs = nowMs;
    if (before === 0) this.sequence = Math.max(this.sequence, nowMs);
    else if (nowMs - before > DOWN_MS) this.wasDown(before);
    Object.assign(this.living, { nowMs, waitedMs });
    if (this.isAdopting) this.adopt();
    if (this.store.edges.length > this.knownEdges || this.store.nodes.length > this.knownNodes) this.meetNew();
    const second = Math.floor(nowMs / SECOND_MS);
    if (second !== this.second) this.lookEverySecond(second);
    this.fresh.step();
    if (before !== 0) this.sweep(before, nowMs);
    this.teller.ways.step();
  }

  /** What came before is looked at as of then. */
  private wasDown(sinceMs: number): void {
    this.sweep(sinceMs - MINUTE_MS, sinceMs);
    this.inputs.wasDown(sinceMs);
  }

  private meetNew(): void {
    const { store, living } = this;
    const { nodes, edges } = living;
    nodes.reach(store.nodes.length);
    edges.reach(store.edges.length);
    for (let node = this.knownNodes; node < store.nodes.length; node++) {
      nodes.touch(node);
      nodes.since[node] = living.waitedMs;
      this.states.meet('nodes', node);
    }
    this.knownNodes = Math.max(this.knownNodes, store.nodes.length);
    for (; this.knownEdges < store.edges.length; this.knownEdges++) {
      const edge = this.knownEdges;
      edges.touch(edge);
      edges.since[edge] = living.waitedMs;
      this.states.meet('edges', edge);
      living.join(edge);
    }
  }

  private adopt(): void {
    this.isAdopting = false;
    this.knownNodes = this.store.nodes.length;
    this.knownEdges = this.store.edges.length;
    adoptLives(this.living, this.store);
    this.fresh.adopt();
    this.teller.ways.regroup();
    this.states.allChanged();
  }

  /** In a graph to which nothing is added any more: all that counts, by its age at this time. */
  judgeAt(nowMs: number): void {
    judgeAges(this.living, this.store, nowMs);
    this.states.allChanged();
  }

  private lookEverySecond(second: number): void {
    const { living, inputs, store } = this;
    const minutes = this.second === 0 ? 0 : Math.floor(second / 60) - Math.floor(this.second / 60);
    this.second = second;
    this.lookAtResolution();
    if (inputs.someAreSilent && store.revision !== this.graphRevision) this.lookAtSilent(second);
    this.graphRevision = store.revision;
    inputs.look(living.nowMs, minutes, living.settings);
    this.fresh.beginRound();
  }

  private lookAtResolution(): void {
    const { living, store, states } = this;
    const wereTold = living.nodes.told.slice(0, living.nodes.size);
    const moves = living.resolution.look();
    if (moves === undefined) return;
    const moved = moves.flatMap(({ nodes }) => nodes);
    regroup(living, store, moved);
    this.teller.ways.regroup();
    states.allChanged();
    for (const { type, nodes, id } of moves) {
      const told = nodes.filter(node => wereTold[node] !== 0);
      if (told.length === 0) continue;
      const raw = told.map(node => store.identityOf(node).id);
      this.tell(
        nodeChange(type, living.identityOf(told[0]!), type === 'node.merged' ? { raw, to: id } : { raw, from: id }),
      );
    }
  }

  /** Data of a silent input need not wait for its minute: nearly all of it is seen at a node, the rest at an edge. */
  private lookAtSilent(second: number): void {
    const { living, inputs, teller } = this;
    const isSilent = inputs.rows.map((_, input) => inputs.isSilent(input));
    const { nodes, edges } = living;
    for (let node = 0; node < nodes.size; node++) {
      if (nodes.input[node]! > 0 && isSilent[nodes.input[node]! - 1]!) teller.lookAtNode(node);
    }
    const turns = Math.max(1, Math.ceil(edges.size / SILENT_EDGES));
    const turn = second % turns;
    this.sweepBetween(edges.size, turn / turns, (turn + 1) / turns, edge => {
      if (edges.input[edge]! > 0 && isSilent[edges.input[edge]! - 1]!) teller.lookAtEdge(edge);
    });
  }

  /** Looks at those whose turn came with this frame; all of them when a minute or more has passed. */
  private sweep(before: number, nowMs: number): void {
    const { nodes, edges } = this.living;
    const all = nowMs - before >= MINUTE_MS;
    const [from, to] = all ? [0, 1] : [phaseOf(before), phaseOf(nowMs)];
    const turns = to >= from ? [[from, to] as const] : [[from, 1] as const, [0, to] as const];
    for (const [begin, end] of turns) {
      this.sweepBetween(nodes.size, begin, end, node => this.teller.lookAtNode(node));
      this.sweepBetween(edges.size, begin, end, edge => this.teller.lookAtEdge(edge));
    }
  }

  private sweepBetween(size: number, begin: number, end: number, look: (at: number) => void): void {
    const to = Math.floor(size * end);
    for (let at = Math.floor(size * begin); at < to; at++) look(at);
  }

  private tell({ environments, ...draft }: ChangeDraft): void {
    const { nowMs, settings } = this.living;
    const named = environments.filter(name => name !== '');
    const isLearned = (named.length > 0 ? named : environments).every(
      name => nowMs >= this.inputs.firstData(name) + settings.learnMs,
    );
    const { type, before = null, after = null, evidence = {}, ...subject } = draft;
    this.sequence++;
    const time = new Date(nowMs).toISOString();
    const severity = severityOf(type);
    const change = {
      seq: this.sequence,
      time,
      type,
      severity,
      baseline: !isLearned,
      ...subject,
      before,
      after,
      evidence,
    };
    this.out(change, this.frame);
  }

  /** As of the last frame; all nodes and edges are looked at. */
  counts(): LifeCounts {
    const { living, inputs, stampMs, fresh } = this;
    const { nodes, edges, settings } = living;
    const { learning, silent, live } = inputs.counts(stampMs, settings.learnMs);
    const quiet = [nodes, edges].reduce((sum, subjects) => sum + countQuiet(subjects, stampMs - settings.quietMs), 0);
    const { unsure } = fresh;
    return { nodes: countStates(nodes), edges: countStates(edges), unsure, quiet, learning, silent, live };
  }

  /** Indexes into `STATES`, by number in the store. */
  stateOfEdge(edge: number): number {
    const { edges } = this.living;
    return edge < edges.size ? edges.state[edges.leader[edge]!]! : ACTIVE;
  }

  stateOfNode(node: number): number {
    const { nodes } = this.living;
    return node < nodes.size ? nodes.state[nodes.leader[node]!]! : ACTIVE;
  }

  /** Pairs of number and state of those that have another one since the last call. */
  takeStateChanges(): StatePairs {
    return this.states.take('views');
  }

  takeRecorded(): StatePairs {
    return this.states.take('history');
  }

  *ahead(out: ImageWriter, round: number): Iterable<void> {
    yield* this.living.nodes.ahead(out, round);
    yield* this.living.edges.ahead(out, round);
    yield* this.teller.minutes.ahead(out, round);
    yield* this.judge.ahead?.(out, round) ?? [];
  }

  *save(out: ImageWriter): Iterable<void> {
    const { sequence, stampMs, second, knownEdges, knownNodes, graphRevision, living } = this;
    const own: Own = {
      ...{ sequence, stampMs, second, graphRevision, waiting: [], revision: this.states.revision },
      waitedMs: living.waitedMs,
      ...{ edges: knownEdges, nodes: knownNodes },
      fresh: this.fresh.state(),
      inputs: this.inputs.state(),
      resolution: living.resolution.state(),
    };
    out.value(FAMILY, own);
    yield* living.nodes.save(out);
    yield* living.edges.save(out);
    yield* this.teller.minutes.save(out);
    yield* this.teller.ways.save(out);
    yield* this.judge.save(out);
  }

  *load(from: ImageReader): Iterable<void> {
    if (from.size(FAMILY) < 0) {
      this.isAdopting = true;
      return;
    }
    const own = from.value(FAMILY) as Own;
    this.sequence = own.sequence;
    this.stampMs = own.stampMs;
    Object.assign(this.living, { nowMs: own.stampMs, waitedMs: own.waitedMs });
    this.second = own.second;
    this.knownEdges = own.edges;
    this.knownNodes = own.nodes;
    this.graphRevision = own.graphRevision;
    this.fresh.load(own.fresh ?? { looked: own.edges, waiting: own.waiting, round: [] });
    this.inputs.load(own.inputs);
    this.living.resolution.load(own.resolution);
    yield* this.living.nodes.load(from);
    yield* this.living.edges.load(from);
    this.living.readMembers();
    this.states.startAt(own.revision);
    yield* this.teller.minutes.load(from);
    yield* this.teller.ways.load(from);
    yield* this.judge.load(from);
  }
}

/** Of the minute that has passed. */
function phaseOf(ms: number): number {
  return (ms % MINUTE_MS) / MINUTE_MS;
}
