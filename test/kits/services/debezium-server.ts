/**
 * Debezium Server with its HTTP sink, from its distribution in Maven's repository: changes of tables of a PostgreSQL go
 * to a URL, one event a request. It wants a newer Java than the other services.
 */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchDistribution } from './jars.ts';
import { findJava } from './java.ts';
import type { Postgres } from './postgres.ts';
import { type Service, serviceFolder, startService } from './process.ts';

const OLDEST_JAVA = 21;
const DISTRIBUTION = 'io.debezium:debezium-server-dist:3.6.1.Final:tar.gz';

/** Once on a machine, and large: 800 MB, and as much unpacked. */
export function fetchDebeziumServer(say: (line: string) => void): Promise<string> {
  return fetchDistribution(DISTRIBUTION, say);
}

/** Why it cannot run here, said on the console; undefined when it can. Also a gate may lack a Java so new. */
export function lacksDebeziumServer(): string | undefined {
  if (findJava(OLDEST_JAVA) !== undefined) return undefined;
  const told = `SKIPPED: Debezium Server needs Java ${OLDEST_JAVA} or newer, in JAVA_HOME or /usr/lib/jvm`;
  console.warn(told);
  return told;
}

export interface DebeziumServerOptions {
  readonly postgres: Postgres;
  /** Where events are sent. */
  readonly url: string;
  readonly format: 'cloudevents' | 'json';
  /** More lines of `application.properties`. */
  readonly properties?: Readonly<Record<string, string>>;
}

export interface DebeziumServer extends Service {
  /** It has noted how far it was at some time: a start goes on from there, and does not read the tables. */
  hasOffsets(): boolean;
}

/** Reads the log of the database when the promise resolves. */
export async function startDebeziumServer(options: DebeziumServerOptions): Promise<DebeziumServer> {
  const distribution = join(await fetchDebeziumServer(console.warn), 'debezium-server');
  const folder = serviceFolder('debezium-server');
  const config = join(folder, 'application.properties');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    config,
    Object.entries(propertiesOf(options, folder))
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
  );
  const classPath = [`${distribution}/*`, `${distribution}/lib/*`].join(':');
  const service = await startService(
    {
      name: 'Debezium Server',
      command: join(findJava(OLDEST_JAVA)!, 'bin', 'java'),
      args: [
        ...['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
        ...[`-Dsmallrye.config.locations=${config}`, '-cp', classPath, 'io.debezium.server.Main'],
      ],
      stopSignal: 'SIGTERM',
      startMs: 90_000,
      isReady: output => output.includes('Starting replication stream'),
    },
    folder,
  );
  const hasOffsets = () => (statSync(offsetsIn(folder), { throwIfNoEntry: false })?.size ?? 0) > 0;
  return Object.assign(service, { hasOffsets });
}

function offsetsIn(folder: string): string {
  return join(folder, 'offsets');
}

function propertiesOf({ postgres, url, format, properties }: DebeziumServerOptions, folder: string) {
  return {
    'debezium.sink.type': 'http',
    'debezium.sink.http.url': url,
    'debezium.format.value': format,
    'debezium.source.connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'debezium.source.offset.storage.file.filename': offsetsIn(folder),
    'debezium.source.offset.flush.interval.ms': '200',
    'debezium.source.database.hostname': '127.0.0.1',
    'debezium.source.database.port': String(postgres.port),
    'debezium.source.database.user': 'postgres',
    'debezium.source.database.password': 'postgres',
    'debezium.source.database.dbname': 'postgres',
    'debezium.source.plugin.name': 'pgoutput',
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': '0',
    ...properties,
  };
}
