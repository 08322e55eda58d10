/** What is taken for an ordinary head, node:http reads alike: held against it over changed heads. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DirectHeads } from '../../../../src/receivers/listener/http/direct-head.ts';

const MAX = 16_384;
const LINES = [
  'Host: collector:4318',
  'User-Agent: OpenTelemetry Collector/0.155 (linux/amd64)',
  'Content-Length: 4',
  'Content-Type: application/x-protobuf',
  'Content-Encoding: gzip',
  'Accept-Encoding: gzip',
];
const text = (lines: readonly string[], first = 'POST /v1/traces HTTP/1.1') =>
  `${[first, ...lines].join('\r\n')}\r\n\r\n`;

function read(head: string, after = '') {
  const bytes = Buffer.from(head + after, 'latin1');
  return new DirectHeads().read(bytes, 0, bytes.length, MAX);
}

describe('an ordinary head', () => {
  it('gives its target, the fields that matter, and where the body begins', () => {
    const head = text([...LINES, 'authorization:Bearer abc  ', 'Connection: Keep-Alive']);
    expect(read(head, 'body')).toEqual({
      method: 'POST',
      url: '/v1/traces',
      headers: {
        host: 'collector:4318',
        'content-length': '4',
        'content-type': 'application/x-protobuf',
        'content-encoding': 'gzip',
        authorization: 'Bearer abc',
      },
      end: head.length,
    });
  });

  it.each([
    ['another method', text(LINES, 'PUT /v1/traces HTTP/1.1')],
    ['another path', text(LINES, 'POST /v1/metrics HTTP/1.1')],
    ['a query', text(LINES, 'POST /v1/traces?a=b HTTP/1.1')],
    ['HTTP/1.0', text(LINES, 'POST /v1/traces HTTP/1.0')],
    ['no host', text(LINES.slice(1))],
    ['two hosts', text([...LINES, 'host: other'])],
    ['no length', text(LINES.filter(line => !line.startsWith('Content-Length')))],
    ['two lengths', text([...LINES, 'Content-Length: 4'])],
    ['a length with a sign', text(LINES.map(line => line.replace('Length: 4', 'Length: +4')))],
    ['a list of lengths', text(LINES.map(line => line.replace('Length: 4', 'Length: 4, 4')))],
    ['a chunked body', text([...LINES, 'Transfer-Encoding: chunked'])],
    ['an expectation', text([...LINES, 'Expect: 100-continue'])],
    ['another protocol', text([...LINES, 'Upgrade: h2c'])],
    ['an end of the connection', text([...LINES, 'Connection: close'])],
    ['a list of options', text([...LINES, 'Connection: keep-alive, te'])],
    ['a page of another origin', text([...LINES, 'Origin: https://shop.example'])],
    ['a folded line', text([...LINES, ' folded: yes'])],
    ['a blank before the colon', text([...LINES, 'name : value'])],
    ['a bare line feed', text(LINES).replace('\r\nUser', '\nUser')],
    ['a bare carriage return', text([...LINES, 'name: a\rb'])],
    ['a NUL', text([...LINES, 'name: a\0b'])],
    ['more than is allowed', text([...LINES, `long: ${'x'.repeat(MAX)}`])],
  ])('is not one with %s', (_what, head) => expect(read(head, 'body')).toBe('other'));
});

it('is read alike, whatever the connection said before', () => {
  const lengths = fc.array(fc.constantFrom('4', '12', '0', '-1', '', '7777777777777', '4, 4', 'x'), {
    minLength: 2,
    maxLength: 6,
  });
  const others = fc.constantFrom('', 'Host: other', 'Content-Length: 5', 'X-Content-Length: 4', 'Origin: a');
  fc.assert(
    fc.property(lengths, fc.shuffledSubarray(LINES, { minLength: 4 }), others, (values, lines, other) => {
      const heads = new DirectHeads();
      for (const [i, value] of values.entries()) {
        const told = lines.map(line => line.replace('Length: 4', `Length: ${value}`));
        const bytes = Buffer.from(text(i === 0 || other === '' ? told : [...told, other]), 'latin1');
        const fresh = new DirectHeads().read(bytes, 0, bytes.length, MAX);
        expect(heads.read(bytes, 0, bytes.length, MAX)).toEqual(fresh);
      }
    }),
    { numRuns: 2000 },
  );
});

interface Seen {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

it.each([1, 9, 30, 100])('waits for more of a head that has begun with %i bytes', length => {
  expect(read(text(LINES).slice(0, length))).toBe('partial');
});

describe('beside node:http', () => {
  let server: Server;
  let seen: Seen | undefined;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', piece => pieces.push(piece));
      request.on('end', () => {
        seen = { url: request.url!, headers: request.headers, body: Buffer.concat(pieces).toString('latin1') };
        response.end();
      });
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());

  const readByLibrary = (bytes: Buffer) => {
    seen = undefined;
    return new Promise<Seen | undefined>(resolve => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => socket.end(bytes));
      socket.resume();
      socket.on('error', () => {});
      socket.on('close', () => resolve(seen));
    });
  };

  const PIECES = [
    '\r',
    '\n',
    '\r\n',
    ' ',
    '\t',
    ':',
    ',',
    '\0',
    '\x7f',
    '\x80',
    '\xff',
    '4',
    'Host: a\r\n',
    'content-length: 4\r\n',
    'x: y\r\n',
  ];
  const change = fc.record({ at: fc.nat(), cut: fc.nat({ max: 3 }), put: fc.constantFrom('', ...PIECES) });

  it('every head that passes means the same there', async () => {
    let passed = 0;
    const lines = fc.shuffledSubarray(LINES, { minLength: 3 });
    await fc.assert(
      fc.asyncProperty(lines, fc.array(change, { maxLength: 3 }), async (chosen, changes) => {
        let head = text(chosen);
        for (const { at, cut, put } of changes) {
          const place = at % head.length;
          head = head.slice(0, place) + put + head.slice(place + cut);
        }
        const bytes = Buffer.from(`${head}body`, 'latin1');
        const direct = new DirectHeads().read(bytes, 0, bytes.length, MAX);
        if (typeof direct === 'string') return;
        passed += 1;
        const length = Number(direct.headers['content-length']);
        const body = bytes.toString('latin1', direct.end, direct.end + length);
        if (body.length < length) return;
        const library = await readByLibrary(bytes);
        expect(library).toMatchObject({ url: direct.url, headers: direct.headers, body });
      }),
      { numRuns: 3000 },
    );
    expect(passed).toBeGreaterThan(200);
  });
});
