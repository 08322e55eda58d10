/**
 * The workload: traces through 50 services, gathered by one agent per host into requests, some of them delayed, late
 * or sent twice. Out comes one replay's worth of encoded requests and the truth about it.
 */
import { encodeJson } from './encode-json.ts';
import { encodeProtobuf } from './encode-protobuf.ts';
import { createRandom, type Random } from './random.ts';
import { groupSpans } from './request.ts';
import type { SpanModel } from './span-model.ts';
import type { Template } from './template.ts';
import { INBOUND, SPANS_PER_TRACE, TraceMaker } from './trace.ts';
import { type Truth, TruthCounter } from './truth.ts';
import { createFlows, type Flow, HOSTS, hostOf } from './world.ts';

const LATE_MS = 60_000;
const SHUFFLE_MS = 8_000;
const RESEND_MS = 2_000;
/** Spans per second that the times of a closed loop pretend: about what a loop can send. */
const CLOSED_LOOP_RATE = 400_000;

export interface MeshOptions {
  readonly seed: number;
  /** Traces in one replay. */
  readonly traces: number;
  readonly bodySpans: number;
  readonly encoding: 'protobuf' | 'json';
  /** Spans per second; 0 in a closed loop. */
  readonly rate: number;
  /** Share of the requests that are sent a second time, up to 2 s later. */
  readonly duplicates: number;
  /** Share of the spans that come up to 8 s late. */
  readonly shuffle: number;
  /** Share of the spans that come 60 s late. */
  readonly late: number;
}

export interface PlannedRequest {
  readonly template: Template;
  /** When it is sent, after the start of the replay; undefined: in turn. */
  readonly dueMs: number | undefined;
  /** How long after the first time it is sent again. */
  readonly resendMs: number | undefined;
}

export interface Mesh {
  readonly requests: readonly PlannedRequest[];
  readonly truth: Truth;
  /** How far the span times of a replay must start before the replay does, so that no span ends in the future. */
  readonly leadMs: number;
  readonly bytes: number;
  /** Share of the server and consumer spans whose client or producer travels in another request. */
  readonly splitShare: number;
}

export function buildMesh(options: MeshOptions): Mesh {
  const random = createRandom(options.seed);
  const counter = new TruthCounter();
  const gapNs = Math.round((SPANS_PER_TRACE * 1e9) / (options.rate > 0 ? options.rate : CLOSED_LOOP_RATE));
  const spans = makeSpans(random, counter, options.traces, gapNs);
  const encode = options.encoding === 'json' ? encodeJson : encodeProtobuf;
  const plans = planRequests(random, spans, options);
  const requests = plans.map(plan => ({
    template: encode(groupSpans(plan.spans)),
    dueMs: plan.dueMs,
    resendMs: random.chance(options.duplicates) ? random.below(RESEND_MS) : undefined,
  }));
  const resent = requests.filter(request => request.resendMs !== undefined);
  const lastEndNs = spans.reduce((latest, span) => Math.max(latest, span.endNs), 0);
  return {
    requests,
    truth: counter.truth(spans.length, sum(resent.map(request => request.template.spans))),
    leadMs: Math.ceil((lastEndNs - (options.rate > 0 ? options.traces * gapNs : 0)) / 1e6),
    bytes: sum(requests.map(request => request.template.bytes.length)),
    splitShare: splitShare(plans),
  };
}

/** In the order in which they end, as exporters see them. */
function makeSpans(random: Random, truth: TruthCounter, traces: number, gapNs: number): readonly SpanModel[] {
  const flows = createFlows(random);
  const maker = new TraceMaker(random, truth);
  const spans: SpanModel[] = [];
  for (let i = 0; i < traces; i++) spans.push(...maker.make(chooseFlow(random, flows), i * gapNs));
  return spans.sort((a, b) => a.endNs - b.endNs);
}

/** Skewed: the first flows are many times as busy as the last. */
const chooseFlow = (random: Random, flows: readonly Flow[]): Flow =>
  flows[Math.min(random.below(flows.length), random.below(flows.length))]!;

interface Plan {
  readonly spans: readonly SpanModel[];
  readonly dueMs: number | undefined;
}

function planRequests(random: Random, spans: readonly SpanModel[], options: MeshOptions): readonly Plan[] {
  const agents: SpanModel[][] = Array.from({ length: HOSTS }, () => []);
  const prompt: Plan[] = [];
  const delayed: Delayed[] = [];
  const late: Delayed[] = [];
  for (const span of spans) {
    const endMs = span.endNs / 1e6;
    if (random.chance(options.late)) late.push({ span, dueMs: endMs + LATE_MS });
    else if (random.chance(options.shuffle)) delayed.push({ span, dueMs: endMs + random.below(SHUFFLE_MS) });
    else {
      const held = agents[hostOf(span.service, span.instance)]!;
      held.push(span);
      if (held.length >= options.bodySpans) prompt.push({ spans: held.splice(0), dueMs: undefined });
    }
  }
  for (const held of agents) if (held.length > 0) prompt.push({ spans: held, dueMs: undefined });
  return [...prompt, ...planDelayed(delayed, options.bodySpans), ...planDelayed(late, options.bodySpans)];
}

interface Delayed {
  readonly span: SpanModel;
  readonly dueMs: number;
}

/** Delayed spans of all hosts come through one gateway, in the order in which they are due. */
function planDelayed(delayed: readonly Delayed[], bodySpans: number): readonly Plan[] {
  const byTime = delayed.toSorted((a, b) => a.dueMs - b.dueMs);
  const plans: Plan[] = [];
  for (let i = 0; i < byTime.length; i += bodySpans) {
    const part = byTime.slice(i, i + bodySpans);
    plans.push({ spans: part.map(entry => entry.span), dueMs: part.at(-1)!.dueMs });
  }
  return plans;
}

function splitShare(plans: readonly Plan[]): number {
  const requestOf = new Map<object, number>();
  plans.forEach((plan, i) => {
    for (const span of plan.spans) requestOf.set(span.id, i);
  });
  let relations = 0;
  let split = 0;
  plans.forEach((plan, i) => {
    for (const span of plan.spans) {
      const other = span.parent ?? span.link?.id;
      if (other === undefined || !INBOUND.has(span.kind)) continue;
      relations++;
      if (requestOf.get(other) !== i) split++;
    }
  });
  return relations === 0 ? 0 : split / relations;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
