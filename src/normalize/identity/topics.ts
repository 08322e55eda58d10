/** The name of a topic, queue or exchange as its identity. */
import { TEMPORARY_NAME } from '../../lib/identities.ts';
import { cleanName } from '../../lib/names.ts';
import { MESSAGING_SYSTEMS } from '../conventions/systems.ts';
import { MESSAGING_VERBS } from '../conventions/verbs.ts';

const TEMPORARY = /^(\(temporary\)|\(anonymous\)|<generated>|amq\.gen-.*|spring\.gen-.*|_INBOX\..*)$/s;
const VARIABLE = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{6,}/gi;
const DEFAULT_EXCHANGE = new Set(['', '<default>', 'amq.default']);

/** Today's name of a system; case makes no difference for those that are known. */
export function messagingSystem(value: string): string {
  const trimmed = value.trim();
  const lower = trimmed.toLowerCase();
  const renamed = MESSAGING_SYSTEMS.get(trimmed) ?? MESSAGING_SYSTEMS.get(lower);
  return renamed ?? cleanName(KNOWN_SYSTEMS.has(lower) ? lower : trimmed);
}

const KNOWN_SYSTEMS = new Set(
  `kafka rabbitmq aws_sqs aws.sns activemq servicebus eventhubs eventgrid gcp_pubsub jms pulsar rocketmq nats redis
  ibm_mq mqtt amqp`.split(/\s+/),
);

/** Temporary names collapse to one, ids inside a name to `{id}`. */
export function topicName(raw: string): string {
  const name = raw.trim();
  return TEMPORARY.test(name) ? TEMPORARY_NAME : cleanName(name.replace(VARIABLE, '{id}'));
}

/** RabbitMQ: the exchange of `exchange:key[:queue]`; with the default exchange the queue (its routing key). */
export function rabbitDestination(destination: string, routingKey: string): string {
  const [exchange = '', key = '', queue = ''] = destination.split(':');
  if (!DEFAULT_EXCHANGE.has(exchange)) return exchange;
  return key || queue || routingKey;
}

/** `<name> verb` or `verb <name>`: the name; empty when the span name has another form. */
export function destinationOfSpanName(spanName: string): string {
  const words = spanName.trim().split(/\s+/);
  if (words.length !== 2) return '';
  const [a, b] = words as [string, string];
  if (MESSAGING_VERBS.has(b.toLowerCase())) return a;
  return MESSAGING_VERBS.has(a.toLowerCase()) ? b : '';
}

/** The last segment of a queue's URL; other addresses, such as a broker's, have no queue in them. */
export function destinationOfUrl(url: string): string {
  const path = /^https?:\/\/[^/?#]+\/([^?#]+?)\/?(?:[?#].*)?$/i.exec(url)?.[1] ?? '';
  return path.slice(path.lastIndexOf('/') + 1);
}
