/** The `topology` connector: takes spans and records, keeps the graph. */
import type { Connector, ConnectorFactory, MetricSample, Settings } from '../../contract/component.ts';
import { FATES } from '../../contract/graph-document.ts';
import { MemoryChangeLog } from '../../storage/changes/change-log.ts';
import { historyInThread } from '../../storage/history/link.ts';
import { machineParts } from '../../storage/storage.ts';
import {
  EDGES,
  EDGES_LIMIT,
  LEDGER_BYTES,
  LEDGER_FAILURES,
  LEDGER_READS,
  LEDGER_STORED,
  LOG_RECORDS,
  NODES,
  NODES_LIMIT,
  OVERFLOWED,
  SPANS,
  SPANS_RECEIVED,
  TABLE_BYTES,
  TABLE_ENTRIES,
  TIER_ENTRIES,
  TIER_EVICTED,
  TIER_HORIZON,
  TIER_LIMIT,
} from '../../telemetry/metrics/topology.ts';
import { changeSamples } from './change-samples.ts';
import { checkTopology, type TopologyConfig, topologyConfig, topologyOptions } from './config.ts';
import { DurableTopology } from './durable.ts';
import { historyOptionsOf } from './history-options.ts';
import { historySamples } from './history-samples.ts';
import { lifeCycleSamples } from './life-cycle-samples.ts';
import { overflowsOf, tableSizes } from './limits-report.ts';
import { storageSamples } from './storage-samples.ts';
import { Topology } from './topology.ts';

/** Idle streams finish their edges within this time of being due. */
const TICK_MS = 100;

export const topologyFactory: ConnectorFactory<TopologyConfig> = {
  kind: 'connector',
  type: 'topology',
  description:
    'Takes spans and records from every pipeline that ends in it and keeps the one graph of services, topics and tables.',
  takes: ['traces', 'logs', 'events'],
  gives: ['changes'],
  config: topologyConfig,
  check: checkTopology,
  create(settings, config) {
    return createConnector(new Topology(topologyOptions(config), settings.clock, false), settings);
  },
};

function createConnector(topology: Topology, { host, clock, logger }: Settings): Connector {
  let ticks: NodeJS.Timeout | undefined;
  let durable: DurableTopology | undefined;
  host.metrics(() => [
    ...samples(topology),
    ...storageSamples(topology),
    ...changeSamples(topology, clock.now()),
    ...historySamples(topology, clock.now()),
    ...lifeCycleSamples(topology),
  ]);
  return {
    consumers: {
      traces: topology.sink,
      logs: topology.logs,
      records: topology.records,
      positions: receiver => topology.progress.of(receiver),
    },
    reader: topology,
    start() {},
    async recover(signal) {
      const storage = host.storage();
      let taken = 0;
      if (storage !== undefined) {
        const kept = new DurableTopology(topology, storage, logger, machineParts(storage.path, clock));
        durable = kept;
        topology.keeper = kept;
        taken = await kept.recover(signal);
      } else {
        topology.keepMessagesInMemory();
        const log = new MemoryChangeLog(topology.options.changes);
        topology.time.changes.keepIn({ log, durable: () => Promise.resolve(true), logger });
        const history = await historyInThread(undefined)(historyOptionsOf(topology.options, false), 'skip');
        topology.time.history.keepIn(history, () => Promise.resolve(true));
        topology.time.history.begin(0, clock.now());
        topology.time.settle();
      }
      ticks = setInterval(() => {
        topology.tick();
        void durable?.checkpointIfDue();
      }, TICK_MS);
      return taken;
    },
    reconfigure: (config: TopologyConfig) => ({
      commit: () => topology.reconfigure(topologyOptions(config)),
      rollback: () => {},
    }),
    async stop() {
      clearInterval(ticks);
      if (durable === undefined) {
        topology.finish();
        await topology.time.history.close();
      } else await durable.stop();
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
    NODES_LIMIT.sample(topology.options.maxNodes),
    EDGES.sample(topology.store.edges.length),
    EDGES_LIMIT.sample(topology.options.maxEdges),
    OVERFLOWED.samples(Object.entries(overflowsOf(topology)).map(([table, value]) => ({ labels: { table }, value }))),
    ...Object.entries(tableSizes(topology)).flatMap(([table, { entries, bytes }]) => [
      TABLE_ENTRIES.sample(entries, { table }),
      TABLE_BYTES.sample(bytes, { table }),
    ]),
    ...topology
      .tiers()
      .flatMap(({ name, used, limit, evicted, horizonSeconds }) => [
        TIER_ENTRIES.sample(used, { tier: name }),
        TIER_LIMIT.sample(limit, { tier: name }),
        TIER_EVICTED.sample(evicted, { tier: name }),
        TIER_HORIZON.sample(horizonSeconds, { tier: name }),
      ]),
    ...ledgerSamples(topology),
  ];
}

function ledgerSamples({ correlator }: Topology): readonly MetricSample[] {
  const { stored, memoryBytes, diskBytes, reads, failedReads, failedStores } = correlator.meetings.ledger.account();
  return [
    LEDGER_STORED.sample(stored),
    LEDGER_BYTES.sample(memoryBytes, { where: 'memory' }),
    LEDGER_BYTES.sample(diskBytes, { where: 'disk' }),
    LEDGER_READS.sample(reads),
    LEDGER_FAILURES.sample(failedReads, { what: 'read' }),
    LEDGER_FAILURES.sample(failedStores, { what: 'store' }),
  ];
}
