/** Makes the spans of one trace: ids, instances and times from the random source, the rest from a step. */
import type { Random } from './random.ts';
import { type Attribute, type Id, type SpanModel, STATUS_UNSET, type Status, type TraceId } from './span-model.ts';
import { type Flow, INSTANCES } from './world.ts';

const MS = 1_000_000;

export interface Step {
  /** Which service of the flow. */
  readonly hop: number;
  readonly kind: number;
  readonly name: string;
  readonly scope: string;
  /** After the start of the parent. */
  readonly delayMs: number;
  /** Least duration; up to half as long again. */
  readonly aboutMs: number;
  readonly status?: Status;
  readonly attributes: readonly Attribute[];
}

export class TraceBuilder {
  readonly flow: Flow;
  private readonly random: Random;
  private readonly startNs: number;
  private readonly traceId: TraceId;
  private readonly instances: readonly number[];

  constructor(random: Random, flow: Flow, startNs: number) {
    this.random = random;
    this.flow = flow;
    this.startNs = startNs;
    this.traceId = this.newTraceId();
    this.instances = flow.services.map(() => random.below(INSTANCES));
  }

  add(parent: SpanModel | undefined, step: Step): SpanModel {
    const startNs = (parent?.startNs ?? this.startNs) + step.delayMs * MS;
    return {
      traceId: parent?.traceId ?? this.traceId,
      id: this.newId(),
      parent: parent?.id,
      link: undefined,
      service: this.flow.services[step.hop]!,
      instance: this.instances[step.hop]!,
      scope: step.scope,
      kind: step.kind,
      name: step.name,
      startNs,
      endNs: startNs + Math.round(step.aboutMs * MS * (1 + this.random.below(500) / 1_000)),
      status: step.status ?? STATUS_UNSET,
      attributes: step.attributes,
    };
  }

  /** Makes a span the root of a new trace that links to where it came from. Call before it has children. */
  detach(span: SpanModel, origin: SpanModel): void {
    span.traceId = this.newTraceId();
    span.parent = undefined;
    span.link = { traceId: origin.traceId, id: origin.id };
  }

  private newTraceId(): TraceId {
    return { first: this.newId(), second: this.newId() };
  }

  private newId(): Id {
    return { high: this.random.word(), low: this.random.word() };
  }
}
