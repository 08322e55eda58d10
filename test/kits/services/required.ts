/**
 * Whether the real services can be had here: named in the environment (`KAFKA_BROKERS`, `POSTGRES_URL`, `CONNECT_URL`,
 * `REDIS_URL`), or started by the tests themselves. In continuous integration they have to be there.
 */
import { spawnSync } from 'node:child_process';
import { findPostgres } from './postgres.ts';

export const SERVICES = ['kafka', 'postgres', 'connect', 'redis'] as const;
export type ServiceName = (typeof SERVICES)[number];

const NAMED: Readonly<Record<ServiceName, string>> = {
  kafka: 'KAFKA_BROKERS',
  postgres: 'POSTGRES_URL',
  connect: 'CONNECT_URL',
  redis: 'REDIS_URL',
};

const CHECKS: Readonly<Record<ServiceName, () => string | undefined>> = {
  kafka: lacksJava,
  connect: lacksJava,
  postgres: () => (findPostgres() === undefined ? 'PostgreSQL (Debian package postgresql)' : undefined),
  redis: () => (runs('redis-server') ? undefined : 'redis-server (Debian package redis-server)'),
};

/** Address of a service that runs already; undefined: the tests start one. */
export function namedService(name: ServiceName): string | undefined {
  return process.env[NAMED[name]];
}

/** What this machine lacks for the service; undefined when it can be started. */
export function lacking(name: ServiceName): string | undefined {
  return CHECKS[name]();
}

/** Why tests with these services cannot run here; undefined when they can. Said on the console, once a file. */
export function missingServices(names: readonly ServiceName[]): string | undefined {
  if (process.env.CI !== undefined) return undefined;
  const missing = names.filter(name => namedService(name) === undefined).map(lacking);
  const [first] = missing.filter(one => one !== undefined);
  if (first === undefined) return undefined;
  const told = `SKIPPED: needs ${names.join(', ')}, and this machine lacks ${first}; \`node test/kits/services/prepare.ts\` installs it`;
  console.warn(told);
  return told;
}

function lacksJava(): string | undefined {
  if (!runs('java')) return 'Java 17 or newer (Debian package default-jre-headless)';
  return runs('mvn') ? undefined : 'Maven (Debian package maven)';
}

function runs(command: string): boolean {
  return spawnSync(command, ['--version']).status === 0;
}
