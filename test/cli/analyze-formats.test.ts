/** `tacit analyze` of the formats of others: told by their content, in files of any shape; hostile ones are refused. */
import { rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { client, log, postgres } from '../oracle/cases.ts';
import { toLogsRequest, toRequest } from '../oracle/requests.ts';
import { analyze, analyzeProcess, folder, input, lineOf, withGraph } from './analyze-inputs.ts';
import * as foreign from './foreign-formats.ts';
import { run } from './kit.ts';

afterAll(() => rmSync(folder, { recursive: true }));

const FORMATS = Object.entries(foreign);
const linesOf = (documents: readonly object[]): string => documents.map(one => `${JSON.stringify(one)}\n`).join('');

describe.each(FORMATS)('%s', (_, document) => {
  it.each<[string, string | Uint8Array]>([
    ['on one line', `${JSON.stringify(document)}\n`],
    ['over many lines', JSON.stringify(document, null, 2)],
    ['gzip', gzipSync(JSON.stringify(document))],
  ])('%s gives the graph of the same spans in OTLP', async (_name, content) => {
    const { code, stderr, calls, graph } = await analyze(input('foreign.data', content));
    expect({ code, stderr, calls }).toEqual({ code: 0, stderr: '', calls: 1 });
    const otlp = await analyze(input('otlp.json', lineOf(1)));
    expect(graph.nodes).toEqual(otlp.graph.nodes);
    expect(graph.edges.map(({ exemplars: _exemplars, ...edge }) => edge)).toEqual(
      otlp.graph.edges.map(({ exemplars: _exemplars, ...edge }) => edge),
    );
    expect(graph.stats).toEqual(otlp.graph.stats);
  });
});

describe('files of several documents', () => {
  it.each<[string, string]>([
    ['spans of Zipkin, one a line', linesOf(foreign.zipkin)],
    ['traces of Zipkin, one a line', linesOf(foreign.zipkin.map(span => [span]))],
    ['a list of traces of Zipkin', JSON.stringify([[], ...foreign.zipkin.map(span => [span])])],
    ['a list whose spans stand on lines', `[\n${foreign.zipkin.map(span => JSON.stringify(span)).join(',\n')}\n]\n`],
    ['documents of Jaeger, one a line', linesOf(foreign.jaegerDocuments)],
    ['a list of traces of Jaeger', JSON.stringify([foreign.jaegerTrace])],
    [
      'every format, one a line',
      linesOf(FORMATS.filter(([name]) => !name.startsWith('zipkin')).map(([, document]) => document as object)),
    ],
  ])('%s', async (_, content) => {
    const { code, calls } = await analyze(input('several.data', content));
    expect({ code, calls }).toEqual({ code: 0, calls: 1 });
  });

  it('log records and spans, which say the same once', async () => {
    const insert = postgres({ 'db.query.text': 'INSERT INTO orders (id) VALUES ($1)' });
    const logs = toLogsRequest([log('shop', 1, insert), log('shop', 2, insert)]);
    const { code, stderr, graph } = await analyze(
      input('logs.json', linesOf([logs, toRequest([client('shop', 2, 0, insert)])])),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(graph.edges).toMatchObject([
      { kind: 'writes', count: 2, evidence: { client_span: 1, log: 1, statement: 2 } },
    ]);
    expect(graph.stats.records).toEqual({ logs: 2, log_observations: 1, logs_beside_spans: 1 });
    const { stderr: alone } = await analyze(input('logs-alone.json', linesOf([logs])));
    expect(alone).toBe('');
  });

  it('standard input', async () => {
    const outcome = await analyzeProcess(['-'], gzipSync(JSON.stringify(foreign.zipkin)));
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(withGraph(outcome).calls).toBe(1);
  });

  it('what is broken says file, line and reason; the rest counts', async () => {
    const broken = { ...foreign.zipkin[0], timestamp: 'noon' };
    const file = input('broken.jsonl', linesOf([[broken], foreign.zipkin, { hello: 'world' }]));
    const { code, stderr, calls } = await analyze(file);
    expect({ code, calls }).toEqual({ code: 2, calls: 1 });
    expect(stderr).toBe(
      `${file}:1: $[0].timestamp: expected a number or a string of digits, got a string\n` +
        `${file}:3: no spans or records in a known format; expected OTLP JSON (resourceSpans), JSON of Tempo, Jaeger or Zipkin v2, dumps of Kafka records, or change events\n`,
    );
    const strict = await run(['analyze', file, '--strict']);
    expect({ code: strict.code, stdout: strict.stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('a list with a broken span counts not at all', async () => {
    const { code, graph } = await analyze(input('half.json', JSON.stringify([...foreign.zipkin, 7])));
    expect({ code, received: graph.stats.spans.received }).toEqual({ code: 2, received: 0 });
  });

  it('Zipkin of version 1 is refused by name', async () => {
    const old = [{ traceId: '1', id: '2', name: 'get', binaryAnnotations: [], annotations: [] }];
    const { code, stderr } = await analyze(input('v1.json', JSON.stringify(old)));
    expect(code).toBe(2);
    expect(stderr).toContain('v1.json:1: Zipkin JSON of version 1; expected version 2');
  });
});

describe('hostile documents end in a reason, never in a crash', () => {
  const deep = (open: string, close: string, inner = '') => open.repeat(200_000) + inner + close.repeat(200_000);
  const [client] = foreign.zipkin;
  const [span] = foreign.jaegerTrace.spans;

  it.each<[string, string, number]>([
    ['lists within lists', deep('[', ']'), 2],
    ['traces within traces', deep('{"trace":', '}', '{}'), 2],
    ['data within data', deep('{"data":[', ']}'), 2],
    ['a list of spans within lists', deep('[', ']', JSON.stringify(client)), 2],
    ['an export beside deep nesting', `[{"x":${deep('[', ']')},"resourceSpans":[]}]`, 0],
    [
      'tags that nest',
      JSON.stringify([client]).replace('"kind"', `"tags":{"peer.service":${deep('[', ']')}},"kind"`),
      0,
    ],
    ['a number beyond all', JSON.stringify([client]).replace(/"timestamp":\d+/, '"timestamp":1e999'), 2],
    ['a large number', JSON.stringify([client]).replace(/"timestamp":\d+/, '"timestamp":1e300'), 0],
    ['a negative number', JSON.stringify([client]).replace(/"duration":\d+/, '"duration":-1e18'), 0],
    [
      'names of the language',
      JSON.stringify({ data: [{ traceID: 'x', spans: [{ ...span, processID: '__proto__' }] }] }),
      0,
    ],
    ['processes that are none', JSON.stringify({ data: [{ ...foreign.jaegerTrace, processes: [] }] }), 2],
  ])('%s', async (_, content, expected) => {
    const { code, stdout, stderr } = await run(['analyze', input('hostile.json', `${content}\n`)]);
    expect(code).toBe(expected);
    expect(stdout.startsWith('{')).toBe(true);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('of names that stand twice the last counts', async () => {
    const twice = JSON.stringify(foreign.zipkin).replaceAll(
      '"name":',
      '"traceId":"f","traceId":"0000000000000001","name":',
    );
    expect((await analyze(input('twice.json', twice))).calls).toBe(1);
  });
});
