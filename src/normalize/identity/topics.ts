/** The name of a topic, queue or exchange as its identity. */
import { TEMPORARY_NAME } from '../../lib/identities.ts';
import { cleanName } from '../../lib/names.ts';
import { MESSAGING_SYSTEMS } from '../conventions/systems.ts';
import { MESSAGING_VERBS } from '../conventions/verbs.ts';

const TEMPORARY = /^(\(temporary\)|\(anonymous\)|<generated>|amq\.gen-.*|spring\.gen-.*|_INBOX\..*)$/;
const VARIABLE = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{6,}/gi;
const DEFAULT_EXCHANGE = new Set(['', '<default>', 'amq.default']);

export function messagingSystem(value: string): string {
  return cleanName(MESSAGING_SYSTEMS.get(value) ?? value);
}

/** Temporary names collapse to one, ids inside a name to `{id}`. */
export function topicName(raw: string): string {
  return TEMPORARY.test(raw) ? TEMPORARY_NAME : cleanName(raw.replace(VARIABLE, '{id}'));
}

/** RabbitMQ: the exchange of `exchange:key[:queue]`; with the default exchange the queue (its routing key). */
export function rabbitDestination(destination: string, routingKey: string): string {
  const [exchange = '', key = ''] = destination.split(':');
  if (!DEFAULT_EXCHANGE.has(exchange)) return exchange;
  return key !== '' ? key : routingKey;
}

/** `<name> verb` or `verb <name>`: the name; empty when the span name has another form. */
export function destinationOfSpanName(spanName: string): string {
  const words = spanName.trim().split(/\s+/);
  if (words.length !== 2) return '';
  const [a, b] = words as [string, string];
  if (MESSAGING_VERBS.has(b.toLowerCase())) return a;
  return MESSAGING_VERBS.has(a.toLowerCase()) ? b : '';
}

/** The last segment of a queue URL. */
export function destinationOfUrl(url: string): string {
  const path = /^[a-z]+:\/\/[^/]+\/(.+?)\/?$/i.exec(url)?.[1] ?? '';
  return path.slice(path.lastIndexOf('/') + 1);
}
