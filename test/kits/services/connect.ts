/** A Kafka Connect worker with Debezium for PostgreSQL, from Maven's jars; connectors come and go over its REST API. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CONNECT_JARS, fetchJars } from './jars.ts';
import { writeLogging } from './java.ts';
import { serverPorts } from './ports.ts';
import { isListening, type Service, serviceFolder, startService } from './process.ts';

const CONVERTER = 'org.apache.kafka.connect.json.JsonConverter';
const RUNNING_MS = 60_000;

export interface Connect extends Service {
  readonly url: string;
  /** Resolves when the connector and its tasks run. */
  add(name: string, config: Readonly<Record<string, string>>): Promise<void>;
}

export async function startConnect(brokers: string): Promise<Connect> {
  const jars = await fetchJars(CONNECT_JARS, console.warn);
  const folder = serviceFolder('connect');
  const [port] = await serverPorts(1);
  const config = join(folder, 'worker.properties');
  writeFileSync(
    config,
    [
      `bootstrap.servers=${brokers}`,
      `listeners=http://127.0.0.1:${port}`,
      `key.converter=${CONVERTER}`,
      `value.converter=${CONVERTER}`,
      `offset.storage.file.filename=${folder}/offsets`,
      'offset.flush.interval.ms=1000',
      'plugin.discovery=service_load',
    ].join('\n'),
  );
  const java = ['-cp', `${jars}/*`, `-Dlog4j2.configurationFile=${writeLogging(folder)}`];
  const main = 'org.apache.kafka.connect.cli.ConnectStandalone';
  const service = await startService(
    {
      name: 'Kafka Connect',
      command: 'java',
      args: ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', ...java, main, config],
      stopSignal: 'SIGTERM',
      startMs: 90_000,
      isReady: async output => output.includes('Kafka Connect started') && (await isListening(port!)),
    },
    folder,
  );
  const url = `http://127.0.0.1:${port}`;
  return { ...service, url, add: (name, given) => addConnector(url, name, given) };
}

async function addConnector(url: string, name: string, config: Readonly<Record<string, string>>): Promise<void> {
  const body = JSON.stringify({ name, config });
  const answer = await fetch(`${url}/connectors`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  if (!answer.ok) throw new Error(`connector ${name}: ${answer.status} ${await answer.text()}`);
  for (let waited = 0; ; waited += 100) {
    const status = await fetch(`${url}/connectors/${name}/status`);
    const text = await status.text();
    if (status.ok) {
      const { tasks } = JSON.parse(text) as { readonly tasks: readonly { readonly state: string }[] };
      if (tasks.length > 0 && tasks.every(({ state }) => state === 'RUNNING')) return;
    }
    if (waited > RUNNING_MS || text.includes('"FAILED"')) throw new Error(`connector ${name} does not run: ${text}`);
    await delay(100);
  }
}
