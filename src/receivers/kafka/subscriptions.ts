/** Which topics are read, and what their records are. */
import type { RecordEncoding } from '../../encodings/records/decode.ts';
import type { LogEncoding, SpanEncoding } from '../../encodings/span-encodings.ts';
import { isPattern, toPattern } from '../../lib/topic-names.ts';
import type { TopicView } from './client.ts';

export type Route =
  | { readonly signal: 'traces'; readonly encoding: SpanEncoding }
  | { readonly signal: 'logs'; readonly encoding: LogEncoding }
  | { readonly signal: 'events'; readonly encoding: RecordEncoding };

export interface Subscription {
  readonly names: ReadonlySet<string>;
  readonly patterns: readonly RegExp[];
  readonly route: Route;
}

/** Throws a `SyntaxError` for an expression that is none. */
export function subscription(topics: readonly string[], route: Route): Subscription {
  const patterns = topics.filter(isPattern);
  return {
    names: new Set(topics.filter(topic => !isPattern(topic))),
    patterns: patterns.map(toPattern),
    route,
  };
}

/** Names of the topics that are asked for; undefined: all have to be looked at. */
export function namesAsked(subscriptions: readonly Subscription[]): readonly string[] | undefined {
  if (subscriptions.some(({ patterns }) => patterns.length > 0)) return undefined;
  return [...new Set(subscriptions.flatMap(({ names }) => [...names]))];
}

/** A name comes before expressions. Topics of Kafka itself, and the one for dead letters, fit no expression. */
export function routeOf(
  { name, isInternal }: TopicView,
  subscriptions: readonly Subscription[],
  deadLetterTopic: string | undefined,
): Route | undefined {
  const named = subscriptions.find(({ names }) => names.has(name));
  if (named !== undefined) return named.route;
  if (isInternal || name === deadLetterTopic) return undefined;
  return subscriptions.find(({ patterns }) => patterns.some(pattern => pattern.test(name)))?.route;
}

/** Does it stand in the configuration by its name. */
export function isNamed(topic: string, subscriptions: readonly Subscription[]): boolean {
  return subscriptions.some(({ names }) => names.has(topic));
}
