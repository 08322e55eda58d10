/** Paths in words: `orders → Kafka topic order-events → billing, implicitly, observed 12 times`. */
import type { NodeFacts } from '../contract/graph-view.ts';
import { printable } from './formats/labels.ts';

/** What messaging systems call themselves, and what a message goes to there. */
const TOPICS: Readonly<Record<string, string>> = {
  kafka: 'Kafka topic',
  rabbitmq: 'RabbitMQ topic',
  aws_sqs: 'SQS queue',
  aws_sns: 'SNS topic',
  gcp_pubsub: 'Pub/Sub topic',
  nats: 'NATS subject',
  pulsar: 'Pulsar topic',
  rocketmq: 'RocketMQ topic',
  redis: 'Redis stream',
  jms: 'JMS destination',
  activemq: 'ActiveMQ destination',
  servicebus: 'Service Bus queue',
  eventhubs: 'Event Hubs topic',
  mqtt: 'MQTT topic',
};

/** `Kafka topic orders`, `table stock`, and of a service its name. */
export function nodeWords(node: NodeFacts): string {
  const name = printable(node.name);
  switch (node.kind) {
    case 'service':
      return name;
    case 'topic':
      return `${TOPICS[node.system ?? ''] ?? 'topic'} ${name}`;
    default:
      return `${node.kind} ${name}`;
  }
}

export function pathWords(
  nodes: readonly NodeFacts[],
  path: { readonly observed: boolean; readonly count: number; readonly strength: number; readonly implicit: boolean },
): string {
  const way = nodes.map(nodeWords).join(' → ');
  const how = path.observed
    ? observedWords(path.count)
    : `composed of edges seen apart, about ${percent(path.strength)}`;
  return `${way}, ${path.implicit ? 'implicitly, ' : ''}${how}`;
}

export function observedWords(count: number): string {
  return `observed ${count} ${count === 1 ? 'time' : 'times'}`;
}

export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
