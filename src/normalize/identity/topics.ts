/** The name of a topic, queue or exchange as its identity. */
import { TEMPORARY_NAME } from '../../lib/identities.ts';
import { cleanName } from '../../lib/names.ts';
import { KNOWN_MESSAGING, MESSAGING_SYSTEMS } from '../conventions/systems.ts';
import { MESSAGING_VERBS } from '../conventions/verbs.ts';

const TEMPORARY = /^(\(temporary\)|\(anonymous\)|<generated>|amq\.gen-.*|spring\.gen-.*|_INBOX\..*)$/s;
const VARIABLE = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{6,}/gi;
const DEFAULT_EXCHANGE = new Set(['', '<default>', 'amq.default']);

/** Today's name of a system; case makes no difference for those that are known. */
export function messagingSystem(value: string): string {
  const trimmed = value.trim();
  const lower = trimmed.toLowerCase();
  return MESSAGING_SYSTEMS.get(lower) ?? cleanName(KNOWN_MESSAGING.has(lower) ? lower : trimmed);
}

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

/** A destination as it stands; of a queue's URL and of an AWS resource name its last part. */
export function destinationOfName(name: string): string {
  return name.startsWith('arn:') ? name.slice(name.lastIndexOf(':') + 1) : destinationOfUrl(name) || name;
}

/** The last segment of a queue's URL; other addresses, such as a broker's, have no queue in them. */
export function destinationOfUrl(url: string): string {
  const path = /^https?:\/\/[^/?#]+\/([^?#]+?)\/?(?:[?#].*)?$/i.exec(url)?.[1] ?? '';
  return path.slice(path.lastIndexOf('/') + 1);
}
