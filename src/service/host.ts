/** The service as its components see it: bound addresses, metrics, status, and the graph once there is one. */
import type { Host, Listener, MetricSample, ServiceStatus } from '../contract/component.ts';
import type { TopologyReader } from '../contract/graph-view.ts';
import { logSamples } from '../telemetry/log-output.ts';
import { BUILD_INFO, mergeSamples, READY, START_TIME } from '../telemetry/metrics.ts';
import { collectProcess, watchProcess } from '../telemetry/process-metrics.ts';

export interface HostFacts {
  readonly version: string;
  readonly startedAtMs: number;
  readonly pipelines: ServiceStatus['pipelines'];
}

/** What only the service itself may do. */
export interface ServiceHost extends Host {
  setTopology(reader: TopologyReader): void;
  setReady(ready: boolean): void;
  readonly listeners: readonly Listener[];
}

export function createHost({ version, startedAtMs, pipelines }: HostFacts): ServiceHost {
  watchProcess();
  const listeners: Listener[] = [];
  const startedAt = new Date(startedAtMs).toISOString();
  let topology: TopologyReader | undefined;
  let ready = false;
  const collectors: (() => readonly MetricSample[])[] = [
    logSamples,
    () => [BUILD_INFO.sample(1, { version }), READY.sample(ready ? 1 : 0), START_TIME.sample(startedAtMs / 1000)],
  ];
  return {
    listeners,
    topology: () => topology,
    setTopology: reader => {
      topology = reader;
    },
    setReady: value => {
      ready = value;
    },
    listening: listener => void listeners.push(listener),
    metrics: collect => void collectors.push(collect),
    collectMetrics: async () => [
      ...mergeSamples(collectors.flatMap(collect => collect())),
      ...(await collectProcess()),
    ],
    status: () => ({ version, startedAt, ready, listeners: [...listeners], pipelines }),
  };
}
