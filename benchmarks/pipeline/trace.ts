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
import { drawOutcome, type Outcome } from './outcome.ts';
import type { Random } from './random.ts';
import { type SpanModel, STATUS_ERROR, STATUS_UNSET, type Status } from './span-model.ts';
import { type Step, TraceBuilder } from './trace-builder.ts';
import type { TruthCounter } from './truth.ts';
import { type Flow, type Statement, serviceName } from './world.ts';

export const SPANS_PER_TRACE = 12;

const INTERNAL = 1;
const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const CONSUMER = 5;
/** Kinds of spans that someone else caused. */
export const INBOUND: ReadonlySet<number> = new Set([SERVER, CONSUMER]);

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
    const outcome = drawOutcome(random, false);
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
    const outcome = drawOutcome(this.random, true);
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
}

const errorIf = (failed: boolean): Status => (failed ? STATUS_ERROR : STATUS_UNSET);
