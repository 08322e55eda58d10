/**
 * The service as its components see it: bound addresses, metrics, status, and the graph once there is one. Each
 * component has a scope of its own, so that what it told goes with it; what it counted stays, since counters never go
 * back.
 */
import type { ConfigurationStatus, Host, Listener, MetricSample, ServiceStatus } from '../contract/component.ts';
import type { ExporterStatus } from '../contract/exporter-status.ts';
import type { TopologyReader } from '../contract/graph-view.ts';
import type { ReceiverStatus } from '../contract/receiver-status.ts';
import type { StorageOptions } from '../contract/storage.ts';
import { logSamples } from '../telemetry/log-output.ts';
import { addSamples } from '../telemetry/metrics/define.ts';
import { BUILD_INFO, READY, START_TIME } from '../telemetry/metrics/service.ts';
import { collectProcess, watchProcess } from '../telemetry/process-metrics.ts';
import { noTracerSamples, type RunningTracer } from '../telemetry/tracing/tracer.ts';

export interface HostFacts {
  readonly version: string;
  readonly startedAtMs: number;
  readonly pipelines: ServiceStatus['pipelines'];
  readonly configuration?: () => ConfigurationStatus;
  readonly tracer?: RunningTracer | undefined;
}

/** What only the service itself may do. */
export interface ServiceHost extends Host {
  setTopology(reader: TopologyReader): void;
  setReady(ready: boolean): void;
  setPipelines(pipelines: ServiceStatus['pipelines']): void;
  /** Nothing of it is seen before `show`. */
  openScope(): HostScope;
  readonly listeners: readonly Listener[];
}

export interface HostScope {
  /** For the component. */
  readonly host: Host;
  /** Its addresses and metrics are seen from now on. */
  show(): void;
  /** Its addresses and gauges are gone; what it still counts is added to what its successor does. */
  retire(): void;
  /** It counts no more. */
  close(): void;
}

type Collector = () => readonly MetricSample[];

interface Told {
  shown: boolean;
  readonly listeners: Listener[];
  readonly collectors: Collector[];
  /** By id. */
  readonly receivers: Map<string, () => ReceiverStatus>;
  readonly exporters: (() => ExporterStatus)[];
}

export function createHost({ version, startedAtMs, pipelines, configuration, tracer }: HostFacts): ServiceHost {
  watchProcess();
  const startedAt = new Date(startedAtMs).toISOString();
  let topology: TopologyReader | undefined;
  let ready = false;
  let storage: StorageOptions | undefined;
  let inForce = pipelines;
  const own: Told = { shown: true, listeners: [], collectors: [], receivers: new Map(), exporters: [] };
  own.collectors.push(logSamples, tracer?.samples ?? noTracerSamples, () => [
    BUILD_INFO.sample(1, { version }),
    READY.sample(status().ready ? 1 : 0),
    START_TIME.sample(startedAtMs / 1000),
  ]);
  const scopes = new Set<Told>([own]);
  const retired = new Set<Told>();
  let counted: readonly MetricSample[] = [];

  const listeners = () => shownOf(scopes).flatMap(told => told.listeners);
  const receivers = () => Object.fromEntries(shownOf(scopes).flatMap(statusesOf));
  const status = (): ServiceStatus => {
    const kept = topology?.storage() ?? null;
    return {
      version,
      startedAt,
      ready: ready && (kept === null || kept.state === 'ok'),
      listeners: listeners(),
      pipelines: inForce,
      receivers: receivers(),
      exporters: shownOf(scopes).flatMap(told => told.exporters.map(describe => describe())),
      configuration: configuration?.() ?? { loadedAt: startedAt, lastReload: null },
      storage: kept,
    };
  };
  const ownSamples = () =>
    addSamples([
      ...shownOf(scopes).flatMap(samplesOf),
      ...[...retired].flatMap(samplesOf).filter(isCounted),
      ...counted,
    ]);
  const collectMetrics = async () => [...ownSamples(), ...(await collectProcess())];
  const hostOf = (told: Told): Host => ({
    tracer,
    storeIn: options => {
      storage = options;
    },
    storage: () => storage,
    topology: () => topology,
    listening: listener => tell(told, listener),
    receiver: (id, describe) => void told.receivers.set(id, describe),
    exporter: describe => void told.exporters.push(describe),
    metrics: collect => void told.collectors.push(collect),
    collectMetrics,
    status,
  });

  return {
    ...hostOf(own),
    get listeners() {
      return listeners();
    },
    setTopology: reader => {
      topology = reader;
    },
    setReady: value => {
      ready = value;
    },
    setPipelines: value => {
      inForce = value;
    },
    openScope() {
      const told: Told = { shown: false, listeners: [], collectors: [], receivers: new Map(), exporters: [] };
      scopes.add(told);
      return {
        host: hostOf(told),
        show: () => {
          told.shown = true;
        },
        retire: () => {
          if (scopes.delete(told) && told.shown) retired.add(told);
        },
        close: () => {
          scopes.delete(told);
          if (retired.delete(told)) counted = addSamples([...counted, ...samplesOf(told).filter(isCounted)]);
        },
      };
    },
  };
}

function tell({ listeners }: Told, listener: Listener): () => void {
  listeners.push(listener);
  return () => {
    const at = listeners.indexOf(listener);
    if (at >= 0) listeners.splice(at, 1);
  };
}

const shownOf = (scopes: ReadonlySet<Told>): Told[] => [...scopes].filter(({ shown }) => shown);
const statusesOf = ({ receivers }: Told) => [...receivers].map(([id, describe]) => [id, describe()] as const);
const samplesOf = (told: Told): readonly MetricSample[] => told.collectors.flatMap(collect => collect());
const isCounted = ({ type }: MetricSample): boolean => type !== 'gauge';
