/** The real services of the tests end in every way they should, and start again on the same port. */
import { describe, expect, test } from 'vitest';
import { startKafka } from '../kits/services/kafka.ts';
import { startPostgres } from '../kits/services/postgres.ts';
import { isListening, type Service } from '../kits/services/process.ts';
import { startRedis } from '../kits/services/redis.ts';
import { missingServices } from '../kits/services/required.ts';

const missing = missingServices(['kafka', 'postgres', 'redis']);

async function survives(service: Service, port: number): Promise<void> {
  try {
    for (const end of [service.halt, service.kill]) {
      await end();
      expect(await isListening(port)).toBe(false);
      await service.start();
      expect(await isListening(port)).toBe(true);
    }
  } finally {
    await service.stop();
  }
  expect(await isListening(port)).toBe(false);
}

describe.skipIf(missing !== undefined)('a service that is halted or killed starts again on its port', () => {
  test('Kafka', async () => {
    const kafka = await startKafka();
    await survives(kafka, Number(kafka.brokers.split(':')[1]));
  });

  test('PostgreSQL', async () => {
    const postgres = await startPostgres();
    await survives(postgres, postgres.port);
  });

  test('Redis', async () => {
    const redis = await startRedis();
    await survives(redis, Number(new URL(redis.url).port));
  });
});
