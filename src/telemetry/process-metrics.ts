/** Numbers about the process itself (CPU, memory, garbage collection, event loop), by prom-client, in our shape. */
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { MetricSample } from '../contract/component.ts';

const PREFIX = 'tacit_';
/** Gauges that are named like counters, and walk over every open connection at a scrape. */
const LEFT_OUT = /_nodejs_active_/;
const SUFFIX = /_(?:bucket|sum|count)$/;

type Type = MetricSample['type'];

interface ProcessMetric {
  readonly name: string;
  readonly help: string;
  /** No summaries among them. */
  readonly type: Type;
  readonly values: readonly {
    readonly value: number;
    readonly labels: Readonly<Record<string, string | number | undefined>>;
    readonly metricName?: string;
  }[];
}

/** A line of the docs. */
type MetricRow = Pick<MetricSample, 'name' | 'type' | 'help'> & { readonly labels: readonly string[] };

let registry: Registry | undefined;

/** Begins to watch the event loop and the garbage collector, once for the process. */
export function watchProcess(): Registry {
  if (registry === undefined) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry, prefix: PREFIX });
    for (const { name } of registry.getMetricsAsArray()) if (LEFT_OUT.test(name)) registry.removeSingleMetric(name);
  }
  return registry;
}

/** What there is on this platform, for the docs. */
export function processMetricRows(): readonly MetricRow[] {
  const metrics = watchProcess().getMetricsAsArray() as unknown as readonly {
    readonly name: string;
    readonly help: string;
    readonly type: Type;
    readonly labelNames: readonly string[];
  }[];
  return metrics.map(({ name, help, type, labelNames }) => ({
    name,
    help: help.endsWith('.') ? help : `${help}.`,
    type,
    labels: labelNames,
  }));
}

export async function collectProcess(): Promise<readonly MetricSample[]> {
  const metrics = (await watchProcess().getMetricsAsJSON()) as unknown as readonly ProcessMetric[];
  return metrics.map(toSample);
}

function toSample({ name, help, type, values }: ProcessMetric): MetricSample {
  return {
    name,
    help,
    type,
    values: values.map(({ value, labels, metricName }) => {
      const texts = Object.fromEntries(Object.entries(labels).map(([label, text]) => [label, labelText(text)]));
      const suffix = metricName?.slice(name.length);
      if (suffix === undefined || !SUFFIX.test(suffix)) return { labels: texts, value };
      return { suffix: suffix as '_bucket' | '_sum' | '_count', labels: texts, value };
    }),
  };
}

/** Bounds of buckets come as numbers. */
function labelText(text: string | number | undefined): string {
  return text === Number.POSITIVE_INFINITY ? '+Inf' : String(text);
}
