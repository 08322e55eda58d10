/**
 * Gets everything the services of the tests need, once on a machine: Debian's packages (as root), Maven's jars into the
 * cache. Then each service is started and stopped. `node test/kits/services/prepare.ts`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { startConnect } from './connect.ts';
import { fetchDebeziumServer, lacksDebeziumServer } from './debezium-server.ts';
import { CONNECT_JARS, fetchJars, KAFKA_JARS } from './jars.ts';
import { startKafka } from './kafka.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import { lacking, SERVICES } from './required.ts';

/** While it is there and says so, packages start no service of their own. */
const POLICY = '/usr/sbin/policy-rc.d';

const lacked = [...new Set(SERVICES.map(lacking).filter(one => one !== undefined))];
if (lacked.length > 0) installPackages(lacked.map(one => /package ([a-z-]+)/.exec(one)![1]!));
await fetchJars(KAFKA_JARS, console.error);
await fetchJars(CONNECT_JARS, console.error);
if (lacksDebeziumServer() === undefined) await fetchDebeziumServer(console.error);
await tryAll();
console.log('Kafka, Kafka Connect, PostgreSQL and Redis start here');

function installPackages(names: readonly string[]): void {
  if (process.getuid?.() !== 0) throw new Error(`install these packages, or run this as root: ${names.join(' ')}`);
  console.error(`installing ${names.join(' ')} …`);
  const isOurs = !existsSync(POLICY);
  if (isOurs) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names]);
  } finally {
    if (isOurs) rmSync(POLICY);
  }
}

function run(command: string, args: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, error } = spawnSync(command, args, { env, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`}`);
}

async function tryAll(): Promise<void> {
  const kafka = await startKafka();
  const others = [await startConnect(kafka.brokers), await startPostgres(), await startRedis()];
  for (const service of [...others, kafka]) await service.stop();
}
