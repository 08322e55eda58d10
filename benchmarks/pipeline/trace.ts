/**
 * One trace of twelve spans over the five services of a flow, counted into the truth as it is made:
 *
 *   A server – A client → B server – B internal – B database
 *                                  – B producer → [topic] → C consumer – C client → D server – D database
 *                                                                                           – D client → E server
 *
 * Half of the consumers are children of the producer; the others start a trace of their own and link to it.
 */
import * as attributes from './attributes.ts';
import type { Random } from './random.ts';
import {
  type Attribute,
  type Id,
  type SpanModel,
  STATUS_ERROR,
  STATUS_OK,
  STATUS_UNSET,
  type Status,
  type TraceId,
} from './span-model.ts';
import type { TruthCounter } from './truth.ts';
import { type Flow, INSTANCES, type Statement, serviceName } from './world.ts';

export const SPANS_PER_TRACE = 12;

const INTERNAL = 1;
const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const CONSUMER = 5;
/** Kinds of spans that someone else caused. */
export const INBOUND: ReadonlySet<number> = new Set([SERVER, CONSUMER]);
const MS = 1_000_000;

/** How one call went: what each side says, and the HTTP status both saw. */
interface Outcome {
  readonly client: Status;
  readonly server: Status;
  readonly http: number;
  readonly clientError: boolean;
  readonly serverError: boolean;
}

interface Step {
  readonly hop: number;
  readonly kind: number;
  readonly name: string;
  readonly scope: string;
  readonly delayMs: number;
  readonly aboutMs: number;
  readonly status?: Status;
  readonly attributes: readonly Attribute[];
}

/** Makes the traces of a workload, one after another. */
export class TraceMaker {
  private readonly random: Random;
  private readonly truth: TruthCounter;
  private made = 0;

  constructor(random: Random, truth: TruthCounter) {
    this.random = random;
    this.truth = truth;
  }

  make(flow: Flow, startNs: number): readonly SpanModel[] {
    const trace = new TraceBuilder(this.random, flow, startNs);
    const upper = this.makeUpper(trace, flow);
    return [...upper, ...this.makeLower(trace, flow, upper.at(-1)!)];
  }

  /** A and B; the producer comes last. */
  private makeUpper(trace: TraceBuilder, flow: Flow): readonly SpanModel[] {
    const [a, b] = flow.services;
    const { random } = this;
    const rooted = { method: 'GET', route: flow.entryRoute, callee: a, status: random.chance(0.02) ? 404 : 200 };
    const a1 = trace.add(undefined, {
      hop: 0,
      kind: SERVER,
      name: `GET ${flow.entryRoute}`,
      scope: 'io.opentelemetry.http-server',
      delayMs: 0,
      aboutMs: 60,
      attributes: attributes.httpServer(random, a, rooted),
    });
    const { client: a2, server: b1 } = this.httpCall(trace, a1, { method: 'POST', from: 0, flow, clientMs: 50 });
    const b2 = trace.add(b1, {
      hop: 1,
      kind: INTERNAL,
      name: 'OrderService.handle',
      scope: 'com.shop.app',
      delayMs: 1,
      aboutMs: 30,
      attributes: attributes.internal(random),
    });
    const b3 = this.query(trace, b2, 1, flow.statements[0]);
    const failed = random.chance(0.01);
    const b4 = trace.add(b1, {
      hop: 1,
      kind: PRODUCER,
      name: `send ${flow.topic}`,
      scope: 'io.opentelemetry.kafka-clients',
      delayMs: 32,
      aboutMs: 2,
      status: errorIf(failed),
      attributes: attributes.messaging(random, b, flow.topic, this.made, undefined),
    });
    this.truth.entry(serviceName(a));
    this.truth.edge('publishes', serviceName(b), flow.topic, { clientError: failed, evidence: ['client_span'] });
    return [a1, a2, b1, b2, b3, b4];
  }

  /** C, D and E. */
  private makeLower(trace: TraceBuilder, flow: Flow, producer: SpanModel): readonly SpanModel[] {
    const [, , c, d, e] = flow.services;
    const { random } = this;
    const failed = random.chance(0.01);
    const linked = random.chance(0.5);
    const group = `${serviceName(c)}-group`;
    const consume: Step = {
      hop: 2,
      kind: CONSUMER,
      name: `process ${flow.topic}`,
      scope: 'io.opentelemetry.kafka-clients',
      delayMs: 5,
      aboutMs: 30,
      status: errorIf(failed),
      attributes: attributes.messaging(random, c, flow.topic, this.made++, group),
    };
    const c1 = trace.add(producer, consume);
    if (linked) trace.detach(c1, producer);
    const { client: c2, server: d1 } = this.httpCall(trace, c1, { method: 'PUT', from: 2, flow, clientMs: 20 });
    const d2 = this.query(trace, d1, 3, flow.statements[1]);
    const outcome = this.outcome(false);
    const rpc = { name: `${flow.rpcService}/Check`, scope: 'io.opentelemetry.grpc' };
    const d3 = trace.add(d1, {
      ...rpc,
      hop: 3,
      kind: CLIENT,
      delayMs: 7,
      aboutMs: 5,
      status: outcome.client,
      attributes: attributes.rpc(random, d, flow.rpcService, e),
    });
    const e1 = trace.add(d3, {
      ...rpc,
      hop: 4,
      kind: SERVER,
      delayMs: 1,
      aboutMs: 3,
      status: outcome.server,
      attributes: attributes.rpc(random, e, flow.rpcService, e),
    });
    this.countCall(d, e, outcome);
    const evidence = ['server_span', linked ? 'span_link' : 'paired'] as const;
    this.truth.edge('consumes', flow.topic, serviceName(c), { serverError: failed, evidence });
    return [c1, c2, d1, d2, d3, e1];
  }

  private httpCall(
    trace: TraceBuilder,
    parent: SpanModel,
    call: { readonly method: string; readonly from: number; readonly flow: Flow; readonly clientMs: number },
  ): { readonly client: SpanModel; readonly server: SpanModel } {
    const caller = call.flow.services[call.from]!;
    const callee = call.flow.services[call.from + 1]!;
    const outcome = this.outcome(true);
    const request = { method: call.method, route: call.flow.innerRoute, callee, status: outcome.http };
    const client = trace.add(parent, {
      hop: call.from,
      kind: CLIENT,
      name: call.method,
      scope: 'io.opentelemetry.http-client',
      delayMs: 1,
      aboutMs: call.clientMs,
      status: outcome.client,
      attributes: attributes.httpClient(this.random, caller, request),
    });
    const server = trace.add(client, {
      hop: call.from + 1,
      kind: SERVER,
      name: `${call.method} ${request.route}`,
      scope: 'io.opentelemetry.http-server',
      delayMs: 1,
      aboutMs: call.clientMs * 0.8,
      status: outcome.server,
      attributes: attributes.httpServer(this.random, callee, request),
    });
    this.countCall(caller, callee, outcome);
    return { client, server };
  }

  private query(trace: TraceBuilder, parent: SpanModel, hop: number, statement: Statement): SpanModel {
    const service = trace.flow.services[hop]!;
    const failed = this.random.chance(0.01);
    const name = serviceName(service);
    const proof = { clientError: failed, evidence: ['client_span', 'statement'] } as const;
    for (const table of statement.reads) this.truth.edge('reads', `${statement.database}.${table}`, name, proof);
    for (const table of statement.writes) this.truth.edge('writes', name, `${statement.database}.${table}`, proof);
    return trace.add(parent, {
      hop,
      kind: CLIENT,
      name: `${statement.verb} ${statement.database}`,
      scope: 'io.opentelemetry.jdbc',
      delayMs: 1,
      aboutMs: 6,
      status: errorIf(failed),
      attributes: attributes.database(this.random, service, statement),
    });
  }

  private countCall(caller: number, callee: number, outcome: Outcome): void {
    this.truth.edge('calls', serviceName(caller), serviceName(callee), { ...outcome, evidence: ['paired'] });
  }

  /** Mostly well; else both sides in error, the client alone (it gave up), or the server alone. */
  private outcome(isHttp: boolean): Outcome {
    const roll = this.random.below(1_000);
    const both = {
      client: STATUS_ERROR,
      server: STATUS_ERROR,
      http: 500,
      clientError: true,
      serverError: true,
    } as const;
    if (roll < 15) return both;
    if (roll < 20) return { ...both, server: STATUS_UNSET, http: 200, serverError: false };
    // The server says it by its HTTP status alone; the client handled it and says so.
    if (roll < 25)
      return {
        ...both,
        client: STATUS_OK,
        server: isHttp ? STATUS_UNSET : STATUS_ERROR,
        http: 503,
        clientError: false,
      };
    return { client: STATUS_UNSET, server: STATUS_UNSET, http: 200, clientError: false, serverError: false };
  }
}

/** Ids, instances and times of one trace. */
class TraceBuilder {
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

const errorIf = (failed: boolean): Status => (failed ? STATUS_ERROR : STATUS_UNSET);
