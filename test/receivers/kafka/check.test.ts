/** What is wrong with the options of a Kafka receiver is said before it starts, each at its place. */

import { Value } from 'typebox/value';
import { expect, test } from 'vitest';
import { checkKafkaConfig } from '../../../src/receivers/kafka/check.ts';
import { type KafkaConfig, kafkaConfig } from '../../../src/receivers/kafka/config.ts';

const SASL = { mechanism: 'plain', username: 'tacit', password: 'secret' };

function problems(config: object): readonly string[] {
  const whole = Value.Default(kafkaConfig, { brokers: ['kafka:9092'], topics: ['orders'], ...config }) as KafkaConfig;
  return checkKafkaConfig(whole).map(
    ({ path, message, severity = 'error' }) => `${severity} ${path.join('.')}: ${message}`,
  );
}

test('what is right has none', () => {
  expect(problems({})).toEqual([]);
  expect(problems({ initial_offset: '2026-01-31T12:00:00+01:00', topics: ['^orders', '/-dlq$/'] })).toEqual([]);
  expect(problems({ sasl: SASL, tls: {} })).toEqual([]);
  expect(problems({ sasl: SASL, brokers: ['127.0.0.1:9092', 'localhost:9093'] })).toEqual([]);
});

test.each<[object, string]>([
  [{ brokers: ['kafka'] }, "error brokers.0: 'kafka' is no broker; write host:port, such as kafka-1:9092"],
  [
    { brokers: ['a:1', 'kafka://b:2'] },
    "error brokers.1: 'kafka://b:2' is no broker; write host:port, such as kafka-1:9092",
  ],
  [{ topics: undefined }, 'error : reads no topic; add a section such as traces: {topics: [otlp_spans]}'],
  [{ traces: { topics: ['spans', 'orders'] } }, "error topics.0: 'orders' stands here twice; keep it in one place"],
  ...['2026-13-31T12:00:00Z', '2026-02-31T12:00:00Z', '2026-01-31T12:00:00', '2026-01-31T'].map(
    (time): [object, string] => [
      { initial_offset: time },
      `error initial_offset: '${time}' is no time; write one such as 2026-01-31T12:00:00Z`,
    ],
  ),
  [
    { dead_letter: { topic: 'orders' } },
    'error dead_letter.topic: is read by this receiver, and would grow by itself; name another topic',
  ],
  [
    { sasl: SASL },
    'warning sasl.mechanism: sends the password readable over the network; set tls, or use scram-sha-512',
  ],
])('%j', (config, message) => {
  expect(problems(config)).toEqual([message]);
});
