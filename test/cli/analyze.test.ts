/** `tacit analyze`: every kind of input, what is wrong with inputs, and how it ends. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeTraces } from '../kits/otlp.ts';
import { callOf, NOON, resourceSpans } from './analyze-calls.ts';
import { analyze, analyzeProcess, folder, input, lineOf, linesOf, withGraph } from './analyze-inputs.ts';
import { run } from './kit.ts';

afterAll(() => rmSync(folder, { recursive: true }));

const PRETTY = JSON.stringify(callOf(1), null, 2);
const PROTOBUF = encodeTraces(callOf(1));

describe('inputs are told by their content', () => {
  it.each<[string, string | Uint8Array, number]>([
    ['one export a line', linesOf(1, 2, 3), 3],
    ['one export a line, the last without its end', linesOf(1) + lineOf(2), 2],
    ['CRLF and blank lines', `\r\n${lineOf(1)}\r\n\r\n  \t\r\n${lineOf(2)}\r\n`, 2],
    ['a byte order mark', `\uFEFF${linesOf(1, 2)}`, 2],
    ['one document over many lines', PRETTY, 1],
    ['several such documents', `${PRETTY}\n${JSON.stringify(callOf(2), null, '\t')}\n`, 2],
    ['lines after such a document', `${PRETTY}\n${linesOf(2, 3)}`, 3],
    ['a list of exports', JSON.stringify([callOf(1), callOf(2)], null, 1), 2],
    ['other names first', JSON.stringify({ note: 'mine', ...callOf(1) }), 1],
    ['snake_case names', lineOf(1).replaceAll('resourceSpans', 'resource_spans'), 1],
    ['protobuf', PROTOBUF, 1],
    ['gzip of lines', gzipSync(linesOf(1, 2)), 2],
    ['gzip of a document', gzipSync(PRETTY), 1],
    ['gzip of protobuf', gzipSync(PROTOBUF), 1],
    ['gzip members one after the other', Buffer.concat([gzipSync(linesOf(1)), gzipSync(linesOf(2))]), 2],
  ])('%s', async (_, content, calls) => {
    const { code, stderr, ...analyzed } = await analyze(input('some.data', content));
    expect({ code, stderr, calls: analyzed.calls }).toEqual({ code: 0, stderr: '', calls });
  });

  it('`-` is standard input', async () => {
    const outcome = await analyzeProcess(['-'], gzipSync(linesOf(1, 2)));
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(withGraph(outcome).calls).toBe(2);
  });

  it('several files of several kinds add up to one graph, also across files', async () => {
    const halves = callOf(9) as { resourceSpans: object[] };
    const [client, server] = halves.resourceSpans;
    const { calls, graph } = await analyze(
      input('a.jsonl', linesOf(1, 2)),
      input('b.bin', encodeTraces(callOf(3))),
      input('server.json', JSON.stringify({ resourceSpans: [server] })),
      input('client.gz', gzipSync(JSON.stringify({ resourceSpans: [client] }))),
    );
    expect(calls).toBe(4);
    expect(graph.stats.spans).toMatchObject({ received: 8, paired: 8, unpaired: 0, pending: 0 });
  });

  it('a file given twice counts once', async () => {
    const file = input('twice.jsonl', linesOf(1, 2));
    const { calls, code, stderr } = await analyze(file, file);
    expect({ calls, code, stderr }).toEqual({ calls: 2, code: 0, stderr: 'note: 4 spans came again and count once\n' });
  });

  it('lines that are cut anywhere into chunks', async () => {
    const many = Array.from({ length: 3000 }, (_, i) => i + 1);
    expect((await analyze(input('many.jsonl', linesOf(...many)))).calls).toBe(3000);
  });

  it('logs are counted, metrics passed over', async () => {
    const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [{}, {}] }] }] };
    const file = input('mixed.jsonl', `${JSON.stringify(logs)}\n{"resourceMetrics":[]}\n${linesOf(1)}`);
    const { code, stderr, graph } = await analyze(file);
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'note: 1 exports of metrics passed over\n' });
    expect(graph.stats.records).toEqual({ logs: 2 });
  });
});

describe('the graph', () => {
  it('is a document of all states as of the newest event', async () => {
    const { graph } = await analyze(input('day.jsonl', linesOf(1, 2)));
    expect(graph).toMatchObject({
      schema: 'tacit.graph/v1',
      asOf: new Date(NOON + 2000).toISOString(),
      nodes: [{ id: 'service:shop' }, { id: 'service:web' }],
      edges: [{ count: 2, served: 2, evidence: { paired: 2 } }],
      truncated: false,
      diagnostics: [],
    });
  });

  it('what is unpaired is decided at the end, however long ago', async () => {
    const peer = [{ key: 'server.address', value: { stringValue: 'bank.example' } }];
    const [start, end] = [NOON - 1e10, NOON].map(ms => ({ at: `${ms}000000` }));
    const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), kind: 3, attributes: peer };
    const times = { startTimeUnixNano: start!.at, endTimeUnixNano: end!.at };
    const request = { resourceSpans: [resourceSpans('web', { ...span, ...times })] };
    const { graph } = await analyze(input('old.json', JSON.stringify(request)));
    expect(graph.edges.map(({ id }) => id)).toEqual(['service:web#calls#external:bank.example']);
    expect(graph.stats.spans).toMatchObject({ inferred: 1, pending: 0 });
  });

  it('the newest good time of the whole input stands in for times nobody believes', async () => {
    const bad = [callOf(1, 5), callOf(2, Date.now() + 1e10)].map(call => `${JSON.stringify(call)}\n`).join('');
    const { graph, calls, code, stderr } = await analyze(
      input('bad-first.jsonl', bad),
      input('g.jsonl', linesOf(3, 7)),
    );
    expect({ calls, code }).toEqual({ calls: 4, code: 0 });
    expect(stderr).toMatch(/^note: 4 spans had a time before 2000 or ahead of now/);
    expect(graph.stats.reasons).toMatchObject({ bad_time: 4 });
    expect(graph.asOf).toBe(new Date(NOON + 7000).toISOString());
    expect(graph.edges[0]).toMatchObject({
      firstSeen: new Date(NOON + 3000).toISOString(),
      lastSeen: new Date(NOON + 7000).toISOString(),
    });
  });

  it('a span with such a time keeps its links', async () => {
    const id = (digit: string) => ({ traceId: digit.repeat(32), spanId: digit.repeat(16) });
    const time = (ms: number) => ({ startTimeUnixNano: `${ms}000000`, endTimeUnixNano: `${ms + 1}000000` });
    const attributes = [
      { key: 'messaging.system', value: { stringValue: 'kafka' } },
      { key: 'messaging.destination.name', value: { stringValue: 'orders' } },
    ];
    const consumer = { ...id('c'), kind: 5, attributes, links: [id('a'), id('b')], ...time(1) };
    const producers = ['a', 'b'].map(digit => ({ ...id(digit), kind: 4, attributes, ...time(NOON) }));
    const request = { resourceSpans: [resourceSpans('billing', consumer), resourceSpans('shop', ...producers)] };
    const { graph } = await analyze(input('links.json', JSON.stringify(request)));
    expect(graph.edges.find(({ kind }) => kind === 'consumes')).toMatchObject({ evidence: { span_link: 2 } });
  });

  it.each([
    ['dot', /^digraph /],
    ['mermaid', /^flowchart /],
    ['graphml', /^<\?xml [\s\S]*<graphml /],
    ['gexf', /^<\?xml [\s\S]*<gexf /],
    ['cytoscape', /^\{"elements":/],
    ['grafana', /^\{"nodes":\[/],
    ['table', /^SOURCE +KIND +TARGET/],
    ['json', /^\{/],
  ])('--format %s', async (format, beginning) => {
    const { code, stdout } = await run(['analyze', input('f.jsonl', linesOf(1)), '--format', format]);
    expect(code).toBe(0);
    expect(stdout).toMatch(beginning);
    expect(stdout).toContain('shop');
  });

  it('--output writes the file that `graph --file` reads', async () => {
    const output = join(folder, 'out.json');
    const outcome = await run(['analyze', input('o.jsonl', linesOf(1, 2)), '--output', output]);
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(JSON.parse(readFileSync(output, 'utf8'))).toMatchObject({ schema: 'tacit.graph/v1' });
    const { code, stdout } = await run(['graph', '--file', output]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/web +calls +shop +2/);
  });
});

describe('broken inputs', () => {
  it.each([
    ['cut off within a string', `${lineOf(1)}\n${lineOf(2).slice(0, 50)}\n${lineOf(3)}\n`, 2, /:2: malformed JSON: /],
    ['cut off between values', `${lineOf(1)}\n{"resourceSpans":[\n${lineOf(3)}\n`, 2, /:2: the JSON that begins here /],
    [
      'cut off at the end',
      `${lineOf(1)}\n${lineOf(2)}\n{"resourceSpans":[{`,
      2,
      /:3: the JSON that begins here never ends/,
    ],
    ['no JSON', `${lineOf(1)}\nhello\n${lineOf(3)}\n`, 2, /:2: malformed JSON: /],
    [
      'of the wrong shape',
      `{"resourceSpans":7}\n${lineOf(1)}\n`,
      1,
      /:1: resourceSpans: expected an array, got a number/,
    ],
    [
      'of another kind',
      `{"hello":"world"}\n${lineOf(1)}\n`,
      1,
      /:1: no spans or records in a known format; expected OTLP JSON /,
    ],
    ['two on a line', `${lineOf(1)}\n${lineOf(2)}${lineOf(3)}\n`, 1, /:2: malformed JSON: .* at column \d+\n/],
    ['hostile', `${lineOf(1)}\n{"\u202e\u0007":\n${lineOf(2)}\n`, 2, /:2: /],
  ])('a line %s: file, line, reason; the rest counts; exit 2', async (_, content, calls, message) => {
    const file = input('broken.jsonl', content);
    const analyzed = await analyze(file);
    expect({ code: analyzed.code, calls: analyzed.calls }).toEqual({ code: 2, calls });
    expect(analyzed.stderr).toMatch(message);
    expect(analyzed.stderr.startsWith(`${file}:`)).toBe(true);
    expect(analyzed.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(analyzed.stderr).not.toMatch(/\p{Bidi_Control}|(?!\n)\p{Cc}/u);
  });

  it('a document over many lines that is broken says where', async () => {
    const broken = PRETTY.replace('"kind": 3', '"kind" 3');
    const line = PRETTY.split('\n').findIndex(text => text.includes('"kind": 3')) + 1;
    const { code, stderr } = await analyze(input('pretty.json', `\n${broken}\n`));
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`pretty\\.json:2: malformed JSON: .*at line ${line + 1}, column \\d+\n`));
  });

  it('broken all over: the first lines are shown, the rest counted', async () => {
    const { code, stderr } = await analyze(input('noise.jsonl', 'no\n'.repeat(500)));
    expect(code).toBe(2);
    expect(stderr).toContain('noise.jsonl: and 480 more broken\n');
    expect(stderr.split('\n').length).toBeLessThan(30);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['protobuf that is cut off', PROTOBUF.subarray(0, PROTOBUF.length - 3), /: malformed protobuf at byte \d+: /],
    ['gzip that is cut off', gzipSync(linesOf(1, 2)).subarray(0, 60), /: broken gzip: unexpected end of file/],
    ['gzip with a wrong checksum', wrongChecksum(gzipSync(linesOf(1))), /: broken gzip: incorrect data check/],
    [
      'an image',
      Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
      /: no known format; expected OTLP protobuf, or JSON of OTLP, /,
    ],
    ['UTF-16', Buffer.from(`\uFEFF${lineOf(1)}`, 'utf16le'), /: UTF-16 text; expected UTF-8/],
  ])('%s: the file and the reason; other files count; exit 2', async (_, content, message) => {
    const { code, stderr, calls } = await analyze(input('broken.bin', content), input('good.jsonl', linesOf(8, 9)));
    expect({ code, enough: calls >= 2 }).toEqual({ code: 2, enough: true });
    expect(stderr).toMatch(message);
  });

  it('--strict stops at the first: no graph, exit 2', async () => {
    const files = [input('s.jsonl', `bad\nbad\n${lineOf(1)}\n`), input('t.jsonl', 'bad\n')];
    const { code, stdout, stderr } = await run(['analyze', ...files, '--strict']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^[^\n]*s\.jsonl:1: [^\n]*\n$/);
  });
});

function wrongChecksum(zipped: Buffer): Buffer {
  zipped[zipped.length - 6]! ^= 0xff;
  return zipped;
}

describe('what is only noted', () => {
  it.each([
    ['nothing', '', /: note: empty\n/],
    ['NUL bytes alone', '\0'.repeat(70_000), /: note: empty but for 70000 NUL bytes\n/],
    ['blank lines alone', '\n\n  \n', /^note: no spans and no records were read\n/],
    ['an export of nothing', '{}\n', /^note: no spans and no records were read\n/],
  ])('%s: an empty graph, exit 0', async (_, content, note) => {
    const { code, stderr, graph } = await analyze(input('empty.json', content));
    expect({ code, nodes: graph.nodes, received: graph.stats.spans.received }).toEqual({
      code: 0,
      nodes: [],
      received: 0,
    });
    expect(stderr).toMatch(note);
  });

  it.each([
    ['NUL bytes before the first line', `${'\0'.repeat(3_000_000)}${linesOf(1, 2)}`, '3000000 NUL bytes of padding'],
    ['NUL bytes between lines', `${linesOf(1)}${'\0'.repeat(10)}${linesOf(2)}\0\0`, '12 NUL bytes of padding'],
    ['a block of comment', `/*\n * Licence\n */\n${linesOf(1, 2)}`, '3 lines of comment'],
    ['lines of comment', `# recorded\n// today\n\n${linesOf(1, 2)}`, '2 lines of comment'],
  ])('%s, passed over; exit 0', async (_, content, note) => {
    const { code, stderr, calls } = await analyze(input('padded.jsonl', content));
    expect({ code, calls }).toEqual({ code: 0, calls: 2 });
    expect(stderr).toMatch(new RegExp(`^[^\n]*padded\\.jsonl: note: ${note} passed over\n$`));
  });

  it('NUL bytes before protobuf', async () => {
    const { code, calls } = await analyze(input('padded.bin', Buffer.concat([Buffer.alloc(9), PROTOBUF])));
    expect({ code, calls }).toEqual({ code: 0, calls: 1 });
  });

  it('spans that are refused: exit 0', async () => {
    const zero = lineOf(1).replace(/"traceId":"\d+"/, `"traceId":"${'0'.repeat(32)}"`);
    const { code, stderr, graph } = await analyze(input('zero.jsonl', `${zero}\n`));
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'note: 1 spans refused: 1 × invalid_trace_id\n' });
    expect(graph.stats.spans).toMatchObject({ received: 2, rejected: 1 });
  });

  it('spans decided early for want of room', async () => {
    const many = Array.from({ length: 1500 }, (_, i) => i + 1);
    const file = input('full.jsonl', linesOf(...many));
    const { code, stderr, calls } = await analyze(file, '--set=connectors.topology.correlation.max_pending=1000');
    expect({ code, calls }).toEqual({ code: 0, calls: 1500 });
    expect(stderr).toMatch(
      /^note: 2\d{3} spans were decided before all was read: 1000 are kept at most; raise it with /,
    );
  });
});

describe('wrong use', () => {
  it.each([
    [['analyze'], 1, /^tacit: analyze what\? write tacit analyze FILE/],
    [['analyze', '-', '-'], 1, /^tacit: - can be given once/],
    [['analyze', 'x', '--format', 'gif'], 1, /^tacit: --format "gif" is unknown; one of table, json, dot, mermaid/],
    [
      ['analyze', '/no/such', '/nor/this'],
      2,
      /^\/no\/such: there is no such file\n\/nor\/this: there is no such file\n$/,
    ],
    [['analyze', '/tmp'], 2, /^\/tmp: is a directory; name the files in it/],
    [['analyze', 'x', '-o', '/no/such/folder/y'], 1, /^tacit: --output \/no\/such\/folder\/y: there is no folder /],
    [['analyze', 'x', '-o', '/tmp'], 1, /^tacit: --output \/tmp: it is a folder; /],
    [['analyze', 'x', '-o', './x'], 1, /^tacit: --output \.\/x is one of the inputs/],
    [['analyze', 'x', '--config', '/no/c.yaml'], 1, /^\/no\/c\.yaml: there is no such file; /],
    [['analyze', 'x', '--set', 'connectors.topology.limits.nodes=1'], 1, /limits\.nodes: 1 is out of range/],
  ])('%j: exit %i, without a graph or a stack', async (args, expected, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('a file that is missing keeps the others from being read', async () => {
    const output = join(folder, 'never.json');
    const { code } = await run(['analyze', input('there.jsonl', linesOf(1)), '/no/such', '-o', output]);
    expect({ code, written: existsSync(output) }).toEqual({ code: 2, written: false });
  });
});

describe('configuration', () => {
  it('a file with the connector alone will do', async () => {
    const config = input('c.yaml', 'connectors:\n  topology:\n    limits: { nodes: 10 }\n');
    const many = Array.from({ length: 20 }, (_, i) => JSON.stringify(callOf(i + 1)).replace('"web"', `"web-${i}"`));
    const { graph, stderr } = await analyze(input('l.jsonl', many.join('\n')), '--config', config);
    expect(graph.nodes.filter(({ overflow }) => overflow !== true)).toHaveLength(10);
    expect(stderr).toMatch(/the limit of nodes is reached/);
  });

  it('a file without the connector leaves its defaults', async () => {
    const { code, calls } = await analyze(input('d.jsonl', linesOf(1)), '--config', input('e.yaml', 'receivers: {}\n'));
    expect({ code, calls }).toEqual({ code: 0, calls: 1 });
  });
});

describe('the process', () => {
  it.each([
    ['a broken line', ['-'], 'bad\n', 2, '(standard input):1: '],
    ['no such file', ['/no/such'], '', 2, '/no/such: there is no such file\n'],
    ['an empty input', ['-'], '', 0, '(standard input): note: empty\n'],
    ['wrong use', ['--nope'], '', 1, 'tacit: --nope is no option here'],
  ])('%s ends with its exit code', async (_, args, stdin, code, message) => {
    const outcome = await analyzeProcess(args, stdin);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr.startsWith(message)).toBe(true);
    expect(outcome.stderr).not.toMatch(/Warning|^\s+at /m);
  });

  it('writes whole graphs into a pipe, and no progress', async () => {
    const many = Array.from({ length: 2000 }, (_, i) => lineOf(i + 1).replace('"web"', `"web-${i}"`));
    const outcome = await analyzeProcess(['-'], many.join('\n'));
    expect({ code: outcome.code, stderr: outcome.stderr }).toEqual({ code: 0, stderr: '' });
    expect(withGraph(outcome).graph.edges).toHaveLength(2000);
  });
});
