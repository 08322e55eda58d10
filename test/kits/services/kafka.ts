/**
 * Apache Kafka in KRaft mode on loopback ports, from Maven's jars: one broker, or several that are a cluster. `secure`
 * adds listeners with SASL, TLS and both, for `USER` with `PASSWORD` over PLAIN and SCRAM.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CertificateFolder } from '../certificates.ts';
import { fetchJars, KAFKA_JARS } from './jars.ts';
import { writeLogging } from './java.ts';
import { serverPorts } from './ports.ts';
import { type Service, serviceFolder, startService } from './process.ts';

export const USER = 'tacit';
export const PASSWORD = 'tacit-secret';

export interface KafkaOptions {
  readonly secure?: boolean;
  /** Lines of `server.properties`. */
  readonly properties?: readonly string[];
}

export interface Kafka extends Service {
  readonly brokers: string;
  /** Of a secure one, else empty. */
  readonly saslBrokers: string;
  readonly tlsBrokers: string;
  readonly saslTlsBrokers: string;
  /** The authority of its certificate. */
  readonly caFile: string;
}

export async function startKafka({ secure = false, properties = [] }: KafkaOptions = {}): Promise<Kafka> {
  const jars = await fetchJars(KAFKA_JARS, console.warn);
  const folder = serviceFolder('kafka');
  const [controller, plain, sasl, tls, saslTls] = await serverPorts(secure ? 5 : 2);
  const listeners = [`PLAINTEXT://127.0.0.1:${plain}`];
  if (secure) {
    listeners.push(`SASL_PLAINTEXT://127.0.0.1:${sasl}`, `SSL://127.0.0.1:${tls}`, `SASL_SSL://127.0.0.1:${saslTls}`);
  }
  const caFile = join(folder, 'ca.pem');
  const service = await startBroker(jars, folder, randomClusterId(), [
    ...brokerProperties({ folder, id: 1, controllers: [controller!], listeners }),
    ...(secure ? secureProperties(folder, caFile) : []),
    ...properties,
  ]);
  return {
    ...service,
    brokers: address(plain),
    saslBrokers: address(sasl),
    tlsBrokers: address(tls),
    saslTlsBrokers: address(saslTls),
    caFile,
  };
}

/** Brokers that are one cluster, and each on its own: they start, and end, one by one. In the order of their ids, from 1. */
export async function startBrokers(count: number): Promise<readonly Kafka[]> {
  const jars = await fetchJars(KAFKA_JARS, console.warn);
  const ports = await serverPorts(2 * count);
  const controllers = ports.slice(count);
  const clusterId = randomClusterId();
  return Promise.all(
    controllers.map(async (_, i) => {
      const folder = serviceFolder('kafka');
      const listeners = [`PLAINTEXT://127.0.0.1:${ports[i]}`];
      const properties = brokerProperties({ folder, id: i + 1, controllers, listeners });
      const service = await startBroker(jars, folder, clusterId, properties);
      return {
        ...service,
        brokers: address(ports[i]),
        saslBrokers: '',
        tlsBrokers: '',
        saslTlsBrokers: '',
        caFile: '',
      };
    }),
  );
}

function startBroker(jars: string, folder: string, clusterId: string, properties: readonly string[]): Promise<Service> {
  const config = join(folder, 'server.properties');
  writeFileSync(config, properties.join('\n'));
  const java = ['-cp', `${jars}/*`, `-Dlog4j2.configurationFile=${writeLogging(folder)}`];
  format(java, config, clusterId);
  return startService(
    {
      name: 'Kafka',
      command: 'java',
      args: ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...java, 'kafka.Kafka', config],
      stopSignal: 'SIGTERM',
      startMs: 60_000,
      isReady: output => output.includes('Kafka Server started'),
    },
    folder,
  );
}

function address(port: number | undefined): string {
  return port === undefined ? '' : `127.0.0.1:${port}`;
}

/** May begin with a dash. */
function randomClusterId(): string {
  return randomBytes(16).toString('base64url');
}

interface Node {
  readonly folder: string;
  readonly id: number;
  /** Ports, in the order of the ids of nodes from 1. */
  readonly controllers: readonly number[];
  readonly listeners: readonly string[];
}

/** Small and quick: few internal partitions, no wait for the first member of a group. */
function brokerProperties({ folder, id, controllers, listeners }: Node): readonly string[] {
  const copies = controllers.length;
  return [
    'process.roles=broker,controller',
    `node.id=${id}`,
    `controller.quorum.voters=${controllers.map((port, i) => `${i + 1}@127.0.0.1:${port}`).join()}`,
    'controller.listener.names=CONTROLLER',
    `listeners=${listeners.join()},CONTROLLER://127.0.0.1:${controllers[id - 1]}`,
    `advertised.listeners=${listeners.join()}`,
    'inter.broker.listener.name=PLAINTEXT',
    `log.dirs=${folder}/data`,
    `offsets.topic.replication.factor=${copies}`,
    'offsets.topic.num.partitions=4',
    `transaction.state.log.replication.factor=${copies}`,
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=4',
    `share.coordinator.state.topic.replication.factor=${copies}`,
    'share.coordinator.state.topic.min.isr=1',
    'share.coordinator.state.topic.num.partitions=1',
    'group.initial.rebalance.delay.ms=0',
    'auto.create.topics.enable=false',
    'log.cleaner.dedupe.buffer.size=4194304',
    // After a kill the controller takes the broker back only when its old session has ended.
    'broker.session.timeout.ms=2000',
    'broker.heartbeat.interval.ms=500',
    // A topic is gone from the disk soon after it was deleted.
    'file.delete.delay.ms=1000',
  ];
}

function secureProperties(folder: string, caFile: string): readonly string[] {
  const certificates = new CertificateFolder();
  certificates.authority('ca');
  certificates.signed('broker', 'ca');
  writeFileSync(join(folder, 'keystore.pem'), certificates.text('broker.key') + certificates.text('broker.pem'));
  writeFileSync(caFile, certificates.text('ca.pem'));
  certificates.remove();
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${USER}="${PASSWORD}";`;
  const login = (listener: string) => [
    ...['256', '512'].map(bits => `listener.name.${listener}.scram-sha-${bits}.sasl.jaas.config=${scram}`),
    `listener.name.${listener}.plain.sasl.jaas.config=${plain}`,
  ];
  return [
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL',
    'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'ssl.keystore.type=PEM',
    `ssl.keystore.location=${folder}/keystore.pem`,
    ...login('sasl_plaintext'),
    ...login('sasl_ssl'),
  ];
}

function format(java: readonly string[], config: string, clusterId: string): void {
  const scram = ['256', '512'].flatMap(bits => [
    '--add-scram',
    `SCRAM-SHA-${bits}=[name=${USER},password=${PASSWORD}]`,
  ]);
  const args = ['-Xmx64m', '-XX:TieredStopAtLevel=1', ...java, 'kafka.tools.StorageTool', 'format'];
  execFileSync('java', [...args, `--cluster-id=${clusterId}`, '--config', config, ...scram], { stdio: 'pipe' });
}
