/**
 * Traces the program itself: makes spans of requests in the sample and of the steps of its life, and hands them to the
 * exporter. The encoder is loaded only where tracing is on.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { MetricSample } from '../../contract/component.ts';
import type { Logger } from '../../contract/logger.ts';
import type { TracedWork, Tracer } from '../../contract/tracer.ts';
import { readClientTls } from '../../lib/client-tls.ts';
import { parseDuration } from '../../lib/units.ts';
import { SELF_SPANS } from '../metrics/service.ts';
import { EXPORT_OUTCOMES, type ReadableSpan, SpanExporter } from './exporter.ts';
import type { TracesConfig } from './options.ts';
import { formatTraceparent, parseTraceparent, type TraceContext } from './trace-context.ts';

/** As in @opentelemetry/api. */
const INTERNAL = 0;
const SERVER = 1;
const UNSET = 0;
const ERROR = 2;

type Attributes = Readonly<Record<string, string | number>>;

export interface RunningTracer extends Tracer {
  samples(): readonly MetricSample[];
  /** Sends what waits, within this time. */
  stop(withinMs: number): Promise<void>;
}

/** Undefined where the configuration names no endpoint. */
export async function createTracer(
  config: TracesConfig,
  version: string,
  logger: Logger,
): Promise<RunningTracer | undefined> {
  const { endpoint, protocol, headers = {}, timeout, tls, sampling_ratio: ratio } = config;
  if (endpoint === undefined) return undefined;
  const { JsonTraceSerializer, ProtobufTraceSerializer } = await import('@opentelemetry/otlp-transformer');
  const isJson = protocol === 'http/json';
  const exporter = new SpanExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    contentType: isJson ? 'application/json' : 'application/x-protobuf',
    headers,
    timeoutMs: parseDuration(timeout),
    tls: tls && readClientTls(tls).tls,
    serializer: isJson ? JsonTraceSerializer : ProtobufTraceSerializer,
    logger,
  });
  return tracerOver(exporter, ratio, resourceOf(version), version);
}

export function noTracerSamples(): readonly MetricSample[] {
  return [SELF_SPANS.samples(EXPORT_OUTCOMES.map(outcome => ({ labels: { outcome }, value: 0 })))];
}

function tracerOver(
  exporter: SpanExporter,
  ratio: number,
  resource: ReadableSpan['resource'],
  version: string,
): RunningTracer {
  const instrumentationScope = { name: 'tacit', version };

  function add(
    context: TraceContext,
    parent: TraceContext | undefined,
    span: { name: string; kind: number; beganMs: number; attributes: Attributes; failure: string | undefined },
  ): void {
    const { name, kind, beganMs, attributes, failure } = span;
    const startTime = hrTime(beganMs);
    const endTime = hrTime(performance.now());
    exporter.add({
      name,
      kind,
      spanContext: () => ({ ...context, traceFlags: 1 }),
      ...(parent === undefined ? {} : { parentSpanContext: { ...parent, traceFlags: 1, isRemote: kind === SERVER } }),
      startTime,
      endTime,
      duration: [0, 0],
      ended: true,
      status: failure === undefined ? { code: UNSET } : { code: ERROR, message: failure },
      attributes,
      links: [],
      events: [],
      resource,
      instrumentationScope,
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    });
  }

  return {
    record({ name, parent: header, beganMs, attributes, failure }: TracedWork) {
      const parent = parseTraceparent(header);
      if (!(parent?.sampled ?? Math.random() < ratio)) return;
      add(contextBelow(parent), parent, { name, kind: SERVER, beganMs, attributes, failure });
    },
    async phase(name, step, header) {
      const parent = parseTraceparent(header);
      const context = contextBelow(parent);
      const span = { name, kind: INTERNAL, beganMs: performance.now(), attributes: {} };
      try {
        const result = await step(formatTraceparent(context));
        add(context, parent, { ...span, failure: undefined });
        return result;
      } catch (error) {
        add(context, parent, { ...span, failure: (error as Error).message });
        throw error;
      }
    },
    samples: () => [
      SELF_SPANS.samples(EXPORT_OUTCOMES.map(outcome => ({ labels: { outcome }, value: exporter.counts[outcome] }))),
    ],
    stop: withinMs => exporter.stop(withinMs),
  };
}

function contextBelow(parent: TraceContext | undefined): TraceContext {
  const traceId = parent?.traceId ?? randomBytes(16).toString('hex');
  return { traceId, spanId: randomBytes(8).toString('hex'), sampled: true };
}

function hrTime(ms: number): [number, number] {
  const seconds = Math.floor((performance.timeOrigin + ms) / 1000);
  return [seconds, Math.round((performance.timeOrigin - seconds * 1000 + ms) * 1e6)];
}

function resourceOf(version: string): ReadableSpan['resource'] {
  const resource: ReadableSpan['resource'] = {
    attributes: {
      'service.name': 'tacit',
      'service.version': version,
      'service.instance.id': randomUUID(),
      'process.pid': process.pid,
    },
    merge: () => resource,
    getRawAttributes: () => Object.entries(resource.attributes),
  };
  return resource;
}
