/** The `topology` connector: takes spans, keeps the graph. */
import type { Connector, ConnectorFactory, MetricSample, Settings } from '../../contract/component.ts';
import { FATES } from '../../contract/graph-document.ts';
import {
  EDGES,
  LOG_RECORDS,
  NODES,
  SPANS,
  SPANS_RECEIVED,
  TIER_ENTRIES,
  TIER_EVICTED,
  TIER_HORIZON,
} from '../../telemetry/metrics.ts';
import { type TopologyConfig, topologyConfig, topologyOptions } from './config.ts';
import { Topology } from './topology.ts';

/** Idle streams finish their edges within this time of being due. */
const TICK_MS = 100;

export const topologyFactory: ConnectorFactory<TopologyConfig> = {
  kind: 'connector',
  type: 'topology',
  description:
    'Takes spans from every pipeline that ends in it and keeps the one graph of services, topics and tables.',
  takes: ['traces', 'logs'],
  gives: [],
  config: topologyConfig,
  create(settings, config) {
    return createConnector(new Topology(topologyOptions(config), settings.clock, false), settings);
  },
};

function createConnector(topology: Topology, settings: Settings): Connector {
  let timer: NodeJS.Timeout | undefined;
  settings.host.metrics(() => samples(topology));
  return {
    consumers: { traces: topology.sink, logs: topology.logs },
    reader: topology,
    start() {
      timer = setInterval(() => topology.tick(), TICK_MS);
    },
    stop() {
      clearInterval(timer);
      topology.finish();
    },
  };
}

function samples(topology: Topology): readonly MetricSample[] {
  const { fates, undecided } = topology.correlator;
  const spans = fates.stats(undecided);
  return [
    SPANS_RECEIVED.sample(spans.received),
    ...FATES.map(fate => SPANS.sample(spans[fate], { fate })),
    LOG_RECORDS.sample(topology.logRecords),
    NODES.sample(topology.store.nodes.length),
    EDGES.sample(topology.store.edges.length),
    ...topology
      .tiers()
      .flatMap(({ name, used, evicted, horizonSeconds }) => [
        TIER_ENTRIES.sample(used, { tier: name }),
        TIER_EVICTED.sample(evicted, { tier: name }),
        TIER_HORIZON.sample(horizonSeconds, { tier: name }),
      ]),
  ];
}
