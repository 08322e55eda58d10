/** `tacit replay`: what is sent where, in which order, with which distances; and what is said of it. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Pace } from '../../src/service/replay/pace.ts';
import { callOf } from './analyze-calls.ts';
import { input } from './analyze-inputs.ts';
import { run } from './kit.ts';

interface Received {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

type Answer = readonly [status: number, body: string, headers?: Record<string, string>];

/** Stands for a service: takes everything, unless it is told what to answer first. */
async function listen(...answers: Answer[]): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', piece => {
      body += piece;
    });
    request.on('end', () => {
      received.push({ url: request.url!, headers: request.headers, body });
      const [status, text, headers] = answers.shift() ?? [200, takenAll(body)];
      response.writeHead(status, { ...headers }).end(text);
    });
  });
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

const takenAll = (body: string) =>
  JSON.stringify({ accepted: body.trim().split('\n').length, rejected: 0, errors: [] });
const NOON = Date.UTC(2026, 2, 1, 12);
const spans = (n: number, startMs: number) => `${JSON.stringify(callOf(n, startMs))}\n`;
const record = (offset: number, timestamp: number) =>
  `${JSON.stringify({ topic: 'orders', partition: 0, offset, timestamp, value: 'v' })}\n`;
const change =
  '{"op":"c","source":{"connector":"postgresql","name":"s","db":"d","schema":"p","table":"t"},"after":{},"ts_ms":1}\n';

describe('replay', () => {
  it('sends spans to /v1/traces and records to /v1/records, by their times', async () => {
    const service = await listen();
    const first = input('replay-spans.jsonl', spans(1, NOON) + spans(2, NOON + 2000));
    const second = input(
      'replay-records.jsonl',
      record(1, NOON + 1000) + record(2, NOON + 1001) + record(3, NOON + 3000),
    );
    const { code, stderr } = await run([
      'replay',
      first,
      second,
      '--speed',
      'max',
      '--otlp',
      service.url,
      '--events',
      service.url,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'sent 2 requests of spans and log records, 3 records\n' });
    expect(service.received.map(({ url, headers, body }) => [url, headers['content-type'], body])).toEqual([
      ['/v1/traces', 'application/json', spans(1, NOON).trimEnd()],
      ['/v1/records', 'application/x-ndjson', record(1, NOON + 1000) + record(2, NOON + 1001)],
      ['/v1/traces', 'application/json', spans(2, NOON + 2000).trimEnd()],
      ['/v1/records', 'application/x-ndjson', record(3, NOON + 3000)],
    ]);
  });

  it('keeps the distances, divided by the speed', () => {
    let nowMs = 1000;
    const pace = new Pace(10, () => nowMs);
    expect([pace.waitMs(5000), pace.waitMs(6000), pace.waitMs(0), pace.waitMs(4000)]).toEqual([0, 100, 0, 0]);
    nowMs += 60;
    expect(pace.waitMs(6000)).toBe(40);
    expect(new Pace(Number.POSITIVE_INFINITY, () => nowMs).waitMs(6000)).toBe(0);
  });

  it('sends log records, and change events with the topic that --topic names', async () => {
    const service = await listen();
    const logs = '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1"}]}]}]}\n';
    const file = input('replay-others.jsonl', `${logs}${change}{"resourceMetrics":[]}\n`);
    const args = ['--speed', 'max', '--otlp', service.url, '--events', service.url, '--topic', 'a b'];
    const { code } = await run(['replay', file, ...args], { TACIT_TOKEN: 'secret' });
    expect(code).toBe(0);
    expect(service.received.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/v1/logs', 'Bearer secret'],
      ['/v1/records?topic=a%20b', 'Bearer secret'],
    ]);
  });

  it('sends a document of several lines in one', async () => {
    const service = await listen();
    const pretty = JSON.stringify(JSON.parse(record(1, NOON)), null, 2);
    await run(['replay', input('replay-pretty.json', pretty), '--speed', 'max', '--events', service.url]);
    expect(service.received).toHaveLength(1);
    expect(service.received[0]!.body.trimEnd()).not.toContain('\n');
    expect(JSON.parse(service.received[0]!.body)).toEqual(JSON.parse(pretty));
  });

  it('comes again where it is asked to', async () => {
    const service = await listen([503, 'busy', { 'retry-after': '0.01' }], [429, 'busy', { 'retry-after': '0.01' }]);
    const { code } = await run(['replay', input('replay-again.jsonl', spans(1, NOON)), '--otlp', service.url]);
    expect(code).toBe(0);
    expect(service.received).toHaveLength(3);
  });

  it('says what was not taken, and what could not be read', async () => {
    const partly = JSON.stringify({ accepted: 1, rejected: 1, errors: [{ line: 2, reason: 'unknown format' }] });
    const service = await listen([200, partly], [400, 'wrong spans']);
    const lines = `${record(1, NOON)}${record(2, NOON)}${spans(1, NOON + 1000)}nonsense\n{"hello":"world"}\n`;
    const file = input('replay-broken.jsonl', lines);
    const { code, stderr } = await run([
      'replay',
      file,
      '--speed',
      'max',
      '--otlp',
      service.url,
      '--events',
      service.url,
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${file}:4: malformed JSON`);
    expect(stderr).toContain(`${file}:5: no OTLP JSON, dump of a Kafka record or change event`);
    expect(stderr).toContain('not taken: unknown format\nnot taken: 400 wrong spans\n');
    expect(stderr).toContain('sent 0 requests of spans and log records, 1 records, 2 not taken\n');
  });

  it('exits with 3 when nobody answers', async () => {
    const { code, stderr } = await run([
      'replay',
      input('replay-no.jsonl', spans(1, NOON)),
      '--otlp',
      'http://127.0.0.1:9',
    ]);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringContaining('http://127.0.0.1:9 cannot be reached'),
    });
    const kafka = await run(['replay', input('replay-no-kafka.jsonl', record(1, NOON)), '--kafka', '127.0.0.1:9']);
    expect(kafka).toMatchObject({ code: 3, stderr: expect.stringContaining('Kafka at 127.0.0.1:9 cannot be reached') });
  });

  it.each([
    [[], 'replay what?'],
    [['x.jsonl', '--speed', 'fast'], 'is no speed'],
    [['x.jsonl', '--speed', '0'], 'is no speed'],
    [['x.jsonl', '--otlp', '127.0.0.1:4318'], 'is no URL'],
    [['x.jsonl', '--kafka', 'kafka'], 'is no broker'],
    [['x.jsonl', '--kafka', 'k:1', '--events', 'http://e'], 'give one of them'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await run(['replay', ...args]);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  it('refuses a file that is not there', async () => {
    expect(await run(['replay', '/nothing/here.jsonl'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no such file'),
    });
  });
});
