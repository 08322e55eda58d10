/** A Kafka receiver at brokers that want TLS, a user and a password, and spans in every encoding. */
import kafkajs from 'kafkajs';
import { beforeAll, describe, expect, test } from 'vitest';
import { jaegerJson, jaegerProto, jaegerRecords } from '../encodings/reference/jaeger-records.ts';
import { zipkinProto } from '../encodings/reference/zipkin-records.ts';
import { callJson, callMessages } from '../kits/kafka/calls.ts';
import { type Cluster, topicName } from '../kits/kafka/cluster.ts';
import { KafkaReaders } from '../kits/kafka/readers.ts';
import { type KafkaSubject, type Options, PATIENCE } from '../kits/kafka/subject.ts';
import { type Kafka, PASSWORD, startKafka, USER } from '../kits/services/kafka.ts';
import { missingServices } from '../kits/services/required.ts';

/** The call from `web` to `shop` once more, as other tracers would have it. */
function zipkinSpans() {
  const [traceId, timestamp] = ['1'.padStart(32, '0'), Date.now() * 1000];
  const span = { traceId, timestamp, duration: 5000, name: 'get', tags: {} };
  return [
    { ...span, id: '0000000000000011', kind: 'CLIENT', localEndpoint: { serviceName: 'web' } },
    {
      ...span,
      id: '0000000000000012',
      parentId: '0000000000000011',
      kind: 'SERVER',
      localEndpoint: { serviceName: 'shop' },
    },
  ];
}

function jaegerTrace() {
  const [traceID, startTime] = ['1'.padStart(32, '0'), Date.now() * 1000];
  const kind = (value: string) => [{ key: 'span.kind', type: 'string', value }];
  const client = { traceID, spanID: '0000000000000011', operationName: 'get', startTime, duration: 5000 };
  const references = [{ refType: 'CHILD_OF', traceID, spanID: client.spanID }];
  return {
    traceID,
    spans: [
      { ...client, references: [], tags: kind('client'), processID: 'p1' },
      { ...client, spanID: '0000000000000012', references, tags: kind('server'), processID: 'p2' },
    ],
    processes: { p1: { serviceName: 'web', tags: [] }, p2: { serviceName: 'shop', tags: [] } },
  };
}

const missing = missingServices(['kafka']);

/** Who comes without a name may do everything, all others what they are allowed. */
const GUARDED = [
  'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users=User:ANONYMOUS',
];

type Resource = 'TOPIC' | 'GROUP';
type Operation = 'READ' | 'DESCRIBE' | 'WRITE';

/** What the user may do with resources of this name. */
function aclsOf(type: Resource, name: string, operations: readonly Operation[], isPrefix = false) {
  const { AclResourceTypes, AclOperationTypes, AclPermissionTypes, ResourcePatternTypes } = kafkajs;
  return operations.map(operation => ({
    resourceType: AclResourceTypes[type],
    resourceName: name,
    resourcePatternType: isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
    principal: `User:${USER}`,
    host: '*',
    operation: AclOperationTypes[operation],
    permissionType: AclPermissionTypes.ALLOW,
  }));
}

describe.skipIf(missing !== undefined)('a Kafka receiver', () => {
  let kafka: Kafka;
  const readers = new KafkaReaders(async () => {
    kafka = await startKafka({ secure: true, properties: GUARDED });
    return [kafka];
  });
  let cluster: Cluster;
  let topic = '';

  beforeAll(async () => {
    cluster = readers.cluster;
    topic = topicName('spans');
    await cluster.createTopic(topic);
    await cluster.send(topic, callMessages(1, 5));
    const acl = [...aclsOf('TOPIC', topic, ['READ', 'DESCRIBE']), ...aclsOf('GROUP', 'group', ['READ'], true)];
    await cluster.admin.createAcls({ acl });
  }, 120_000);

  function start(brokers: string, options: Options = {}): Promise<KafkaSubject> {
    return readers.subject({ brokers: [brokers], traces: { topics: [topic] }, ...options }).start();
  }

  const sasl = (mechanism: string, password = PASSWORD) => ({ sasl: { mechanism, username: USER, password } });
  const tls = () => ({ tls: { ca_file: kafka.caFile } });

  test.each(['plain', 'scram-sha-256', 'SCRAM-SHA-512'])('signs in with %s, with TLS and without', async mechanism => {
    const plain = await start(kafka.saslBrokers, sasl(mechanism));
    await plain.untilCalls(5);
    const encrypted = await start(kafka.saslTlsBrokers, { ...sasl(mechanism), ...tls() });
    await encrypted.untilCalls(5);
  });

  test('says what is wrong with its way to the brokers, and the service runs', async () => {
    const wrong = await start(kafka.saslBrokers, sasl('scram-sha-256', 'guessed'));
    await wrong.untilProblem('not_connected', /invalid credentials.*check sasl.mechanism, sasl.username/);
    expect(JSON.stringify(await wrong.receiver())).not.toContain('guessed');
    const unknown = await start(kafka.tlsBrokers, { tls: {} });
    await unknown.untilProblem('not_connected', /certificate.*check tls.ca_file/);
    const readable = await start(kafka.tlsBrokers);
    await readable.untilProblem('not_connected', /Closed connection; the listener of the broker may want tls or sasl/);
    const encrypted = await start(kafka.brokers, tls());
    await encrypted.untilProblem('not_connected', /does not speak TLS/);
    for (const subject of [wrong, unknown, readable, encrypted]) {
      expect(await subject.get('/readyz')).toEqual({ status: 'ready' });
      expect((await subject.receiver()).state).toBe('connecting');
    }
  });

  test('what the documentation allows it is enough, and without one of it, it says which', async () => {
    const names = { topic: topicName('guarded'), dead: topicName('dead'), group: topicName('own') };
    for (const name of [names.topic, names.dead]) await cluster.createTopic(name);
    await cluster.send(names.topic, [...callMessages(1, 5), { value: 'no protobuf' }]);
    const allow = (...acl: ReturnType<typeof aclsOf>) => cluster.admin.createAcls({ acl });
    const reader = await start(kafka.saslBrokers, {
      ...sasl('plain'),
      ...{ traces: { topics: [names.topic] }, group_id: names.group, dead_letter: { topic: names.dead } },
    });
    await reader.untilProblem('authorization', new RegExp(`topic ${names.topic} .*allow READ and DESCRIBE on it`));
    await allow(...aclsOf('TOPIC', names.topic, ['DESCRIBE']));
    await reader.untilProblem('authorization', new RegExp(`${names.topic}/0 may not be read; allow READ`));
    await allow(...aclsOf('TOPIC', names.topic, ['READ']));
    await reader.untilCalls(5);
    await reader.untilProblem(
      'group_unavailable',
      new RegExp(`group ${names.group}: .*allow READ and DESCRIBE on the group`),
    );
    await allow(...aclsOf('GROUP', names.group, ['READ', 'DESCRIBE']));
    await allow(...aclsOf('TOPIC', names.dead, ['WRITE', 'DESCRIBE']));
    await cluster.send(names.topic, [{ value: 'no protobuf either' }]);
    await expect.poll(async () => (await cluster.admin.fetchTopicOffsets(names.dead))[0]!.high, PATIENCE).toBe('1');
    await expect
      .poll(async () => {
        const [own] = await cluster.admin.fetchOffsets({ groupId: names.group, topics: [names.topic] });
        return own!.partitions[0]!.offset;
      }, PATIENCE)
      .toBe('7');
    await reader.until(({ problems }) => {
      expect(problems.map(({ code }) => code).filter(code => code !== 'poison')).toEqual([]);
    });
  });

  test.each([
    ['otlp_json', [callJson(1)]],
    ['zipkin_json', [JSON.stringify(zipkinSpans())]],
    ['zipkin_proto', [Buffer.from(zipkinProto(zipkinSpans()))]],
    ['jaeger_proto', jaegerRecords([jaegerTrace()]).map(one => Buffer.from(jaegerProto(one)))],
    ['jaeger_json', jaegerRecords([jaegerTrace()]).map(one => Buffer.from(jaegerJson(one)))],
  ])('reads %s', async (encoding, values) => {
    const own = topicName(encoding);
    await cluster.createTopic(own);
    await cluster.send(
      own,
      values.map(value => ({ value })),
    );
    const reader = await start(kafka.brokers, { traces: { topics: [own], encoding } });
    await reader.untilCalls(1);
  });
});
