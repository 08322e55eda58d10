/** What a schema cannot say about the options of the Kafka receiver. */
import type { ConfigProblem } from '../../contract/component.ts';
import { readClientTls } from '../../lib/client-tls.ts';
import { isLoopback, parseEndpoint } from '../../lib/listen/endpoint.ts';
import { wrongTopic } from '../../lib/topic-names.ts';
import { checkOutbox } from '../outbox-names.ts';
import type { KafkaConfig } from './config.ts';
import { offsetOf } from './options.ts';
import { checkSchemaRegistry } from './schema-registry/options.ts';

type Path = ConfigProblem['path'];

export function checkKafkaConfig(config: KafkaConfig): readonly ConfigProblem[] {
  const sections = topicLists(config);
  const problems = [
    ...config.brokers.flatMap((broker, i) => checkBroker(broker, ['brokers', i])),
    ...sections.flatMap(({ path, topics }) => topics.flatMap((topic, i) => checkTopic(topic, [...path, i]))),
    ...checkTwice(sections),
    ...checkTls(config),
    ...checkSchemaRegistry(config.schema_registry),
    ...checkOutbox(config.outbox),
  ];
  if (sections.length === 0) {
    problems.push({ path: [], message: 'reads no topic; add a section such as traces: {topics: [otlp_spans]}' });
  }
  if (Number.isNaN(offsetOf(config.initial_offset))) {
    const message = `'${config.initial_offset}' is no time; write one such as 2026-01-31T12:00:00Z`;
    problems.push({ path: ['initial_offset'], message });
  }
  if (sections.some(({ topics }) => topics.includes(config.dead_letter?.topic ?? ''))) {
    const message = 'is read by this receiver, and would grow by itself; name another topic';
    problems.push({ path: ['dead_letter', 'topic'], message });
  }
  return problems;
}

interface TopicList {
  readonly path: Path;
  readonly topics: readonly string[];
}

function topicLists({ traces, logs, topics }: KafkaConfig): readonly TopicList[] {
  return [
    ...(traces === undefined ? [] : [{ path: ['traces', 'topics'], topics: traces.topics }]),
    ...(logs === undefined ? [] : [{ path: ['logs', 'topics'], topics: logs.topics }]),
    ...(topics === undefined ? [] : [{ path: ['topics'], topics }]),
  ];
}

function checkBroker(broker: string, path: Path): ConfigProblem[] {
  const message = `'${broker}' is no broker; write host:port, such as kafka-1:9092`;
  try {
    const { host, port } = parseEndpoint(broker);
    return host === '' || port === 0 || host.includes(':') ? [{ path, message }] : [];
  } catch {
    return [{ path, message }];
  }
}

function checkTopic(topic: string, path: Path): ConfigProblem[] {
  const message = wrongTopic(topic);
  return message === undefined ? [] : [{ path, message }];
}

/** A topic is read once, so two sections cannot both have it. */
function checkTwice(sections: readonly TopicList[]): ConfigProblem[] {
  const all = sections.flatMap(({ path, topics }) => topics.map((topic, i) => ({ topic, path: [...path, i] })));
  return all
    .filter(({ topic }, i) => all.findIndex(other => other.topic === topic) < i)
    .map(({ topic, path }) => ({ path, message: `'${topic}' stands here twice; keep it in one place` }));
}

function checkTls({ tls, sasl, brokers }: KafkaConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const { key, message } of tls === undefined ? [] : readClientTls(tls).problems) {
    problems.push({ path: ['tls', key], message });
  }
  if (sasl?.mechanism.toLowerCase() === 'plain' && tls === undefined && !brokers.every(isLocal)) {
    const message = 'sends the password readable over the network; set tls, or use scram-sha-512';
    problems.push({ path: ['sasl', 'mechanism'], message, severity: 'warning' });
  }
  return problems;
}

function isLocal(broker: string): boolean {
  try {
    return isLoopback(parseEndpoint(broker));
  } catch {
    return true;
  }
}
