/** What receivers and the graph say of clusters holds for both. */
import { describe, expect, it } from 'vitest';
import type { KafkaConfig } from '../../src/receivers/kafka/config.ts';
import { configuredComponent } from '../../src/service/configured.ts';
import { readConfig } from '../../src/service/read-config.ts';
import type { TopologyConfig } from '../../src/service/topology/config.ts';

function configured(...sets: readonly string[]) {
  const { config, problems } = readConfig({ files: [], sets, env: {} });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const topology = configuredComponent(config!, 'connectors', 'topology').config as TopologyConfig;
  return { config: config!, clusters: topology.identity.topics.clusters.map(({ name }) => name) };
}

const events = (...ids: readonly string[]) =>
  `service.pipelines.events={receivers: [${ids.join()}], exporters: [topology]}`;
const kafka = (id: string, identity: string, broker = 'k1:9092') =>
  `receivers.kafka/${id}={brokers: ['${broker}'], topics: [orders]${identity === '' ? '' : `, identity: {cluster: ${identity}}`}}`;

describe('the clusters that a configuration knows', () => {
  it('are those that receivers of records name', () => {
    expect(configured().clusters).toEqual([]);
    expect(configured(kafka('a', 'eu-1'), events('kafka/a')).clusters).toEqual(['eu-1']);
    const http = 'receivers.http_events={identity: {cluster: us-1}}';
    expect(configured(http, kafka('a', 'eu-1'), events('kafka/a', 'http_events')).clusters.sort()).toEqual([
      'eu-1',
      'us-1',
    ]);
    expect(
      configured('receivers.http_events={}', kafka('a', 'eu-1'), events('kafka/a', 'http_events')).clusters,
    ).toEqual(['eu-1']);
  });

  it('are one more for each Kafka receiver whose cluster has no name', () => {
    expect(configured(kafka('a', 'eu-1'), kafka('b', ''), events('kafka/a', 'kafka/b')).clusters).toEqual(['eu-1', '']);
  });

  it('are not those that nothing but spans are read from, or that no pipeline reads', () => {
    const spans = "receivers.kafka/s={brokers: ['k9:9092'], traces: {topics: [otlp_spans]}}";
    const traces = 'service.pipelines.traces.receivers=[otlp, kafka/s]';
    expect(configured(spans, traces, kafka('a', 'eu-1'), kafka('unused', 'us-1'), events('kafka/a')).clusters).toEqual([
      'eu-1',
    ]);
  });

  it('give a Kafka receiver without a name the one of its brokers', () => {
    const named = "connectors.topology.identity.topics.clusters=[{brokers: ['k1:9092'], name: eu-1}]";
    const { config, clusters } = configured(
      named,
      kafka('a', ''),
      kafka('b', 'b', 'k1:9092'),
      events('kafka/a', 'kafka/b'),
    );
    const clusterOf = (id: string) =>
      (configuredComponent(config, 'receivers', id).config as KafkaConfig).identity?.cluster;
    expect([clusterOf('kafka/a'), clusterOf('kafka/b')]).toEqual(['eu-1', 'b']);
    expect(clusters).toEqual(['eu-1', 'eu-1', 'b']);
  });
});
