/** Which of its sections a topic is read for, and whether all topics have to be looked at. */
import { expect, test } from 'vitest';
import { namesAsked, routeOf, subscription } from '../../../src/receivers/kafka/subscriptions.ts';

const TRACES = { signal: 'traces', encoding: 'otlp_proto' } as const;
const EVENTS = { signal: 'events', encoding: 'cdc' } as const;
const SUBSCRIPTIONS = [
  subscription(['spans', '^shop[.]', '/everything$/'], TRACES),
  subscription(['shop.orders', '__transaction_state', '/[.]/'], EVENTS),
];

const routed = (name: string, isInternal = false) =>
  routeOf({ name, id: '', error: '', isInternal, partitions: [] }, SUBSCRIPTIONS, 'shop.dead');

test.each<[string, typeof TRACES | typeof EVENTS | undefined]>([
  ['spans', TRACES],
  ['spans-2', undefined],
  ['shop.users', TRACES],
  ['the-shop.users', EVENTS],
  ['read-everything', TRACES],
  ['everything-else', undefined],
  // A name comes before expressions, wherever it stands.
  ['shop.orders', EVENTS],
  ['shop.dead', undefined],
])('%s', (name, route) => {
  expect(routed(name)).toBe(route);
});

test('a topic of Kafka itself fits no expression, but may be named', () => {
  expect(routed('shop.internal', true)).toBeUndefined();
  expect(routed('__transaction_state', true)).toBe(EVENTS);
});

test('topics are asked for by name where no expression wants them all', () => {
  const named = [subscription(['a', 'b'], TRACES), subscription(['b'], EVENTS)];
  expect(namesAsked(named)).toEqual(['a', 'b']);
  expect(namesAsked([...named, subscription(['^c'], EVENTS)])).toBeUndefined();
});
