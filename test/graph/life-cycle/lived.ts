/** A graph that lives: a test says what happens, and time goes on in ticks; what was told is written down. */
import type { Change } from '../../../src/contract/change.ts';
import { EVIDENCE_KINDS, STATES } from '../../../src/contract/graph-document.ts';
import { type IdentityRules, NO_RULES } from '../../../src/contract/identity-rules.ts';
import { ADD, CALLS, Interaction, REVERSE } from '../../../src/contract/interaction.ts';
import { LIFE_CYCLE, type LifeCycleSettings } from '../../../src/contract/life-cycle.ts';
import { type EdgeJudge, NO_JUDGE } from '../../../src/graph/life-cycle/judge/edge-judge.ts';
import { LifeCycle } from '../../../src/graph/life-cycle/life-cycle.ts';
import { GraphStore } from '../../../src/graph/store.ts';
import { Identities, SERVICE } from '../../../src/lib/identities.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const BEGIN_MS = Date.UTC(2026, 7, 3, 8);

export const WAIT_MS = 10 * SECOND;
export const LATE_MS = 5 * MINUTE;

/** Without a learning period, so that what is told shows as it would later. */
export const SETTINGS: LifeCycleSettings = { ...LIFE_CYCLE, learnMs: 0 };

type Proof = (typeof EVIDENCE_KINDS)[number];

export interface Call {
  readonly kind?: number;
  readonly atMs?: number;
  readonly proof?: readonly Proof[];
  readonly error?: boolean;
  readonly micros?: number;
}

export class Lived {
  readonly identities = new Identities(10_000);
  readonly store = new GraphStore(this.identities, { maxNodes: 5000, maxEdges: 50_000 });
  readonly changes: Change[] = [];
  readonly life: LifeCycle;
  nowMs: number;
  frame = 0;

  constructor(settings: Partial<LifeCycleSettings> = {}, judge: EdgeJudge = NO_JUDGE, nowMs = BEGIN_MS) {
    this.nowMs = nowMs;
    this.life = new LifeCycle(this.store, judge, change => this.changes.push(change));
    this.set(settings);
    this.tick();
  }

  set(settings: Partial<LifeCycleSettings>, rules: IdentityRules = NO_RULES): void {
    this.life.setSettings({ ...SETTINGS, ...settings }, rules, LATE_MS, WAIT_MS);
  }

  /** A frame as of now. */
  tick(): void {
    this.store.epoch = Math.floor(this.nowMs / WAIT_MS);
    this.life.advance(++this.frame, this.nowMs, this.nowMs);
  }

  /** Time goes on by so much, in frames. */
  pass(ms: number, stepMs = 10 * SECOND): void {
    for (let end = this.nowMs + ms; this.nowMs < end; ) {
      this.nowMs = Math.min(this.nowMs + stepMs, end);
      this.tick();
    }
  }

  /** Nobody is there for so long. */
  sleep(ms: number): void {
    this.nowMs += ms;
    this.tick();
  }

  service(name: string, environment = 'prod'): number {
    return this.identities.intern(SERVICE, environment, ['', name]);
  }

  /** Within the frame that comes next. */
  call(from: string | number, to: string | number, call: Call = {}): Interaction {
    const i = new Interaction();
    const { kind = CALLS, atMs = this.nowMs, proof = ['client_span', 'server_span', 'paired'] } = call;
    const number = (of: string | number) => (typeof of === 'string' ? this.service(of) : of);
    const bits = proof.reduce((all, one) => all | (1 << EVIDENCE_KINDS.indexOf(one)), 0);
    i.begin(kind, number(from), number(to), atMs * 1000, bits);
    i.sign = ADD;
    i.count = 1;
    i.serverError = call.error ?? false;
    if (call.micros !== undefined) i.serverDuration = call.micros;
    i.traces = Int32Array.of(1, 2, 3, this.frame);
    i.span0 = i.span1 = 1;
    this.store.apply(i);
    this.store.settle(i.kind, i.source, i.target, i.time, i.traces, 0, i.span0, i.span1);
    return i;
  }

  takeBack(i: Interaction): void {
    i.sign = REVERSE;
    this.store.apply(i);
  }

  /** Calls now, as a frame of its own. */
  calls(from: string | number, to: string | number, call: Call = {}): void {
    this.call(from, to, call);
    this.tick();
  }

  state(edge = 0): string {
    return STATES[this.life.stateOfEdge(edge)]!;
  }

  nodeState(node = 0): string {
    return STATES[this.life.stateOfNode(node)]!;
  }

  /** What was told, each as its type and what it is of. */
  get told(): readonly string[] {
    return this.changes.map(tellChange);
  }

  /** The same since the last call of it. */
  takeTold(): readonly string[] {
    const told = this.told;
    this.changes.length = 0;
    return told;
  }
}

function tellChange({ type, node, edge, input, coupling, cycle }: Change): string {
  const of =
    node?.name ??
    (edge && `${edge.source.name} → ${edge.target.name}`) ??
    (input && `${input.family} of ${input.environment}`) ??
    (coupling && `${coupling.source.name} ~ ${coupling.target.name}`) ??
    cycle?.nodes.join(' → ');
  return `${type} ${of}`;
}
