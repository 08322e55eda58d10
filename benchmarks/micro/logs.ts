/** Requests of log records → the open batch: records that say nothing of messages or databases, and such that do. */
import { ObservationBatch } from '../../src/contract/observation.ts';
import { decodeLogs } from '../../src/encodings/otlp/logs.ts';
import { decodeLogsJson } from '../../src/encodings/otlp/logs-json.ts';
import { Identities } from '../../src/lib/identities.ts';
import { Plans } from '../../src/lib/plans.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { SpanNormalizer } from '../../src/normalize/spans.ts';
import { encodeLogs } from '../../test/kits/otlp.ts';
import { type Bench, benchAll } from './harness.ts';

const RECORDS = 100;
const REQUESTS = 50;

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** What a logger of a web service adds. */
const USUAL = [
  text('log.logger.name', 'com.example.shop.OrderController'),
  text('thread.name', 'http-nio-8080-exec-7'),
  text('code.function.name', 'placeOrder'),
  text('user.id', 'u-48213'),
  { key: 'thread.id', value: { intValue: '41' } },
];
const STATEMENT = [
  text('db.system.name', 'postgresql'),
  text('db.namespace', 'shop'),
  text('server.address', 'pg-1'),
  text('db.query.text', 'INSERT INTO orders (id, user_id) VALUES ($1, $2)'),
];

function requestOf(attributes: readonly object[], n: number): object {
  const logRecords = Array.from({ length: RECORDS }, (_, i) => ({
    timeUnixNano: `${1_750_000_000_000_000_000n + BigInt(n * RECORDS + i) * 1_000_000n}`,
    observedTimeUnixNano: '1750000000000000000',
    severityNumber: 9,
    severityText: 'INFO',
    body: { stringValue: 'the order was placed and its confirmation is under way to the customer' },
    traceId: (n * RECORDS + i + 1).toString(16).padStart(32, 'a'),
    spanId: (n * RECORDS + i + 1).toString(16).padStart(16, 'b'),
    attributes,
  }));
  const resource = { attributes: [text('service.name', `shop-${n % 8}`), text('host.name', 'node-1')] };
  return { resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 'logback' }, logRecords }] }] };
}

function subject(
  name: string,
  attributes: readonly object[],
  encode: (request: object) => Uint8Array,
  decode: typeof decodeLogs,
): Bench {
  const bodies = Array.from({ length: REQUESTS }, (_, n) => encode(requestOf(attributes, n)));
  const normalizer = new SpanNormalizer(new Identities(1000), new Plans());
  const batch = new ObservationBatch();
  const view = createSpanView();
  return {
    name,
    run() {
      batch.reset();
      const consumer = {
        begin: () => {},
        knowsResource: (known: typeof view) => normalizer.knowsResource(known),
        log: (record: typeof view) => {
          batch.logs++;
          normalizer.addLog(record, batch);
        },
        commit: () => ({ accepted: 0, rejected: 0, message: '' }),
        abort: () => {},
      };
      for (const body of bodies) decode(body, view, consumer);
      if (batch.logs !== RECORDS * REQUESTS) throw new Error(`${batch.logs} records came out`);
      return batch.logs;
    },
  };
}

const json = (request: object): Uint8Array => new TextEncoder().encode(JSON.stringify(request));

benchAll([
  subject('records of no message or statement (protobuf)', USUAL, encodeLogs, decodeLogs),
  subject('records of a statement (protobuf)', [...USUAL, ...STATEMENT], encodeLogs, decodeLogs),
  subject('records of no message or statement (JSON)', USUAL, json, decodeLogsJson),
  subject('records of a statement (JSON)', [...USUAL, ...STATEMENT], json, decodeLogsJson),
]);
