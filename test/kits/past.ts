/** A store whose history is kept, and the same store as of a time: what happened up to then is applied to another one. */
import { DatabaseSync } from 'node:sqlite';
import { EDGE_KINDS } from '../../src/contract/graph-document.ts';
import type { GraphView } from '../../src/contract/graph-view.ts';
import type { IncrementPart } from '../../src/contract/increments.ts';
import { Interaction, LANE_PROCESS, REVERSE } from '../../src/contract/interaction.ts';
import { IncrementRecorder } from '../../src/graph/increment-recorder.ts';
import { NO_PATHS } from '../../src/graph/path-table.ts';
import { GraphStore } from '../../src/graph/store.ts';
import { ViewBuilder } from '../../src/graph/view.ts';
import { Identities, SERVICE, TOPIC } from '../../src/lib/identities.ts';
import { PastGraph } from '../../src/query/past.ts';
import { HistoryKeeper, type HistoryOptions } from '../../src/storage/history/keeper.ts';
import { Random } from '../oracle/random.ts';
import { EMPTY_STATS } from './view.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LIMITS = { maxNodes: 1000, maxEdges: 10_000 };
const GROUPS = ['', '(other)', 'billing', 'mail'];
const VERBS = ['GET', 'SELECT', 'publish', 'HGET', '__proto__'];
export const BEGIN_MS = Date.UTC(2026, 7, 1, 12);

export const HISTORY: HistoryOptions = {
  keepMs: 30 * 24 * HOUR_MS,
  minutesMs: 6 * HOUR_MS,
  tenMinutesMs: 72 * HOUR_MS,
  maxBytes: 1 << 30,
  halfLifeMs: HOUR_MS,
};

export class PastSubject {
  nowMs = BEGIN_MS;
  frame = 0;
  db = new DatabaseSync(':memory:');
  readonly identities = new Identities(1000);
  readonly store = new GraphStore(this.identities, LIMITS);
  recorder: IncrementRecorder;
  keeper: HistoryKeeper;
  past: PastGraph;
  readonly applied: Interaction[] = [];
  private open: Interaction[] = [];
  private readonly random: Random;
  private readonly options: HistoryOptions;

  constructor(seed: number, options: Partial<HistoryOptions> = {}) {
    this.options = { ...HISTORY, ...options };
    this.random = new Random(seed);
    this.keeper = new HistoryKeeper(this.db, this.options, () => this.nowMs);
    this.recorder = this.record();
    this.past = this.ask();
  }

  /** What a restart does: all but what is written is new. */
  restart(): void {
    for (const edge of this.store.edges) Object.assign(edge, { batch: 0, base: undefined });
    this.keeper = new HistoryKeeper(this.db, this.options, () => this.nowMs);
    this.recorder = this.record();
    this.past = this.ask();
  }

  private ask(): PastGraph {
    return new PastGraph(question => Promise.resolve(this.keeper.ask(question)));
  }

  private record(): IncrementRecorder {
    const recorder = new IncrementRecorder(
      this.store,
      () => GROUPS,
      part => this.keeper.take(structuredClone(part) as IncrementPart),
    );
    this.store.recorder = recorder;
    return recorder;
  }

  /** So many interactions around now, some of them late; some of earlier are taken back. */
  happen(count: number, latestMs = 30 * MINUTE_MS): void {
    for (let n = 0; n < count; n++) {
      if (this.random.below(5) === 0) this.takeBack();
      else this.add(latestMs);
    }
  }

  /** A frame ends: a tick. */
  tick(): void {
    this.recorder.advance(++this.frame, this.nowMs, true);
  }

  cut(): void {
    this.recorder.cut(++this.frame);
  }

  keepUp(): void {
    while (this.keeper.keepUp());
  }

  private add(latestMs: number): void {
    const { random } = this;
    const i = new Interaction();
    const lateMs = random.below(3) === 0 ? random.below(latestMs) : random.below(5000);
    const service = () => this.identities.intern(SERVICE, '', ['', `s${random.below(6)}`]);
    const topic = () => this.identities.intern(TOPIC, 'prod', ['kafka', '', `t${random.below(4)}`]);
    const isTopic = random.below(2) === 0;
    i.begin(isTopic ? 2 : 0, isTopic ? topic() : service(), service(), (this.nowMs - lateMs) * 1000, random.below(63));
    i.count = random.below(12) === 0 ? 0 : 1;
    i.lane = isTopic ? random.below(3) : 0;
    i.messages = isTopic ? random.below(3) : 0;
    i.group = isTopic ? random.below(GROUPS.length) : 0;
    i.served = random.below(2);
    i.adjusted = random.below(4) === 0 ? 2.5 : 1;
    i.serverError = random.below(5) === 0;
    if (random.below(2) === 0) i.clientDuration = random.below(5_000_000);
    if (random.below(2) === 0) i.serverDuration = random.below(1000);
    if (isTopic) i.lag = random.below(50_000);
    i.verbs = random.below(3) === 0 ? [VERBS[random.below(VERBS.length)]!] : [];
    this.open.push(i);
    this.apply(i);
  }

  private takeBack(): void {
    const [i] = this.open.splice(this.random.below(this.open.length), 1);
    if (i === undefined) return;
    this.apply(Object.assign(new Interaction(), i, { sign: REVERSE }));
  }

  private apply(i: Interaction): void {
    this.applied.push(i);
    this.store.apply(i);
  }

  /** What a store holds that was told only what happened from one time up to another. */
  expected(fromMs: number, toMs: number): GraphView {
    const store = new GraphStore(this.identities, LIMITS);
    for (const i of this.applied) if (i.time >= fromMs * 1000 && i.time < toMs * 1000) store.apply(i);
    return new ViewBuilder(store).build({
      ...{ revision: 0, nowMs: toMs, halfLifeMs: this.options.halfLifeMs, epoch: 0, groupNames: GROUPS },
      ...{ paths: NO_PATHS, stats: EMPTY_STATS, diagnostics: [] },
    });
  }

  /** Per second, by id of an edge: minutes that count the less the longer they are gone. */
  rates(toMs: number): ReadonlyMap<string, number> {
    const sums = new Map<string, { all: number; processed: number; isProcessed: number }>();
    for (const { kind, source, target, time, sign, count, lane } of this.applied) {
      if (time >= toMs * 1000 || count === 0) continue;
      const [from, to] = [this.identities.get(source).id, this.identities.get(target).id];
      const id = `${from}#${EDGE_KINDS[kind]}#${to}`;
      const sum = sums.get(id) ?? { all: 0, processed: 0, isProcessed: 0 };
      sums.set(id, sum);
      const middleMs = (Math.floor(time / 60e6) + 0.5) * MINUTE_MS;
      const left = sign * 2 ** (-(toMs - middleMs) / this.options.halfLifeMs);
      sum.all += left;
      if (lane === LANE_PROCESS) sum.processed += left;
      if (lane === LANE_PROCESS) sum.isProcessed += sign;
    }
    const perSecond = (Math.LN2 * 1000) / this.options.halfLifeMs;
    return new Map(
      [...sums].map(([id, { all, processed, isProcessed }]) => [id, (isProcessed > 0 ? processed : all) * perSecond]),
    );
  }
}
