/**
 * A component with its options as it is created with them: what receivers of records and the graph say of clusters holds
 * for both. The graph knows the clusters that receivers name; a Kafka receiver goes by the name that the graph has for
 * its brokers.
 */
import type { Config } from '../config/load.ts';
import type { ConfiguredComponent, Section } from '../config/sections.ts';
import { TopicNames } from '../normalize/identity/naming.ts';
import type { KafkaConfig } from '../receivers/kafka/config.ts';
import type { RecordIdentityConfig } from '../receivers/record-identity.ts';
import type { TopologyConfig } from './topology/config.ts';
import { namingOf } from './topology/identity-options.ts';

const TOPOLOGY = 'topology';
const KAFKA = 'kafka';

export function configuredComponent(config: Config, section: Section, id: string): ConfiguredComponent {
  const configured = config[section].get(id)!;
  const { type } = configured.factory;
  if (section === 'connectors' && type === TOPOLOGY) {
    return { ...configured, config: withClusters(configured.config as TopologyConfig, clustersOfReceivers(config)) };
  }
  return section === 'receivers' && type === KAFKA ? { ...configured, config: namedKafka(config, id) } : configured;
}

/** Of those whose records the graph gets; empty for a cluster that has an id alone, which brokers tell later. */
function clustersOfReceivers(config: Config): readonly string[] {
  const ids = Object.values(config.service.pipelines).flatMap(({ receivers }) => receivers);
  return [...new Set(ids)].flatMap(id => {
    const type = config.receivers.get(id)?.factory.type;
    if (type === KAFKA) {
      const { topics, identity } = namedKafka(config, id);
      return topics === undefined ? [] : [identity?.cluster ?? ''];
    }
    const { identity } = (config.receivers.get(id)?.config ?? {}) as { readonly identity?: RecordIdentityConfig };
    return identity?.cluster ? [identity.cluster] : [];
  });
}

function namedKafka(config: Config, id: string): KafkaConfig {
  const kafka = config.receivers.get(id)!.config as KafkaConfig;
  if (kafka.identity?.cluster) return kafka;
  const [topology] = [...config.connectors.values()].filter(({ factory }) => factory.type === TOPOLOGY);
  if (topology === undefined) return kafka;
  const names = new TopicNames(namingOf((topology.config as TopologyConfig).identity));
  const cluster = names.cluster(kafka.brokers.join(), '');
  return cluster === '' ? kafka : { ...kafka, identity: { ...kafka.identity, cluster } };
}

function withClusters(config: TopologyConfig, names: readonly string[]): TopologyConfig {
  const { identity } = config;
  const clusters = names.map(name => ({ brokers: [], ids: [], name }));
  const topics = { ...identity.topics, clusters: [...identity.topics.clusters, ...clusters] };
  return { ...config, identity: { ...identity, topics } };
}
