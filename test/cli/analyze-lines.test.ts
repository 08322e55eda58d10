/** How bytes become documents, whatever the chunks: lines, their limit, and documents of several lines. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { detectEncoding } from '../../src/encodings/detect.ts';
import { detectDocument } from '../../src/encodings/detect-document.ts';
import { MalformedError } from '../../src/encodings/malformed.ts';
import { Documents } from '../../src/service/analyze/documents.ts';
import { type Line, LineSplitter } from '../../src/service/analyze/lines.ts';
import { createProgress, progressLine } from '../../src/service/analyze/progress.ts';
import { encodeTraces } from '../kits/otlp.ts';

function split(text: string, chunkBytes: number, limit = 1000): { readonly lines: Line[]; readonly padding: number } {
  const splitter = new LineSplitter(limit);
  const bytes = Buffer.from(text);
  const lines: Line[] = [];
  for (let i = 0; i < bytes.length; i += chunkBytes) lines.push(...splitter.push(bytes.subarray(i, i + chunkBytes)));
  return { lines: [...lines, ...splitter.end()], padding: splitter.padding };
}

describe('lines', () => {
  const text = '\0\0one\r\n\n\0\0\0two ü\nthree\0\n\0\0';

  it.each([1, 2, 3, 5, 7, 100])('are the same in chunks of %i bytes', chunkBytes => {
    const { lines, padding } = split(text, chunkBytes);
    expect(lines.map(({ number, bytes, cut }) => [number, bytes.toString(), cut])).toEqual([
      [1, 'one\r', false],
      [2, '', false],
      [3, 'two ü', false],
      [4, 'three\0', false],
    ]);
    expect(padding).toBe(7);
  });

  it.each([1, 4, 100])('beyond the limit are cut, in chunks of %i bytes; the next is whole', chunkBytes => {
    const { lines } = split(`${'x'.repeat(50)}\nshort\n${'y'.repeat(11)}`, chunkBytes, 10);
    expect(lines.map(({ number, cut }) => [number, cut])).toEqual([
      [1, true],
      [2, false],
      [3, true],
    ]);
    expect(lines.every(({ bytes }) => bytes.length <= 10)).toBe(true);
    expect(lines[1]?.bytes.toString()).toBe('short');
  });
});

/** Documents that JSON.parse takes, and what was said of the others. */
function documentsOf(text: string, limit = 1000) {
  const taken: unknown[] = [];
  const said: string[] = [];
  const documents = new Documents(
    {
      take: document => {
        try {
          taken.push(JSON.parse(document.toString()));
        } catch {
          throw new MalformedError('malformed_json', 'malformed');
        }
      },
      broken: (line, reason) => said.push(`${line}: ${reason}`),
      comments: lines => said.push(`${lines} comments`),
    },
    limit,
  );
  for (const line of split(text, 64, limit).lines) documents.line(line);
  documents.end();
  return { taken, said };
}

describe('documents', () => {
  it.each<[string, string, unknown[], string[]]>([
    ['brackets and quotes in strings', '{\n"a":"}]\\"{",\n"b":[\n]}\n[7]', [{ a: '}]"{', b: [] }, [7]], []],
    ['a comment that never ends', '/* so\nmuch\n', [], ['2 comments']],
    [
      'a comment and white space',
      '  \n/* a */\n\n// b\n[1]\n# no comment here\n',
      [[1]],
      ['2 comments', '6: malformed'],
    ],
    ['a closing bracket too many', '[1]]\n[2]\n', [[2]], ['1: malformed']],
    [
      'a string over two lines',
      '{\n"a": "b\nc"\n}\n',
      [],
      ['1: the JSON that begins here has a string that ends with'],
    ],
  ])('%s', (_, text, taken, said) => {
    const result = documentsOf(text);
    expect(result.taken).toEqual(taken);
    expect(result.said.slice(0, said.length).map((one, i) => one.slice(0, said[i]!.length))).toEqual(said);
  });

  it('of several lines stay within the limit', () => {
    const { taken, said } = documentsOf(`{\n${'"a":1,\n'.repeat(200)}"b":2}\n`, 1000);
    expect(taken).toEqual([]);
    expect(said[0]).toMatch(/^1: a document of more than /);
  });
});

describe('what bytes are', () => {
  it('protobuf is told from text for requests of every size', () => {
    for (let length = 0; length < 700; length++) {
      const request = { resourceSpans: [{ schemaUrl: 'x'.repeat(length) }, { scopeSpans: [{ schemaUrl: '{' }] }] };
      expect({ length, is: detectEncoding(encodeTraces(request)) }).toEqual({ length, is: 'protobuf' });
      const resource = { attributes: [{ key: '"'.repeat(length), value: { stringValue: '{"a' } }] };
      const named = encodeTraces({ resourceSpans: [{ resource }] });
      expect({ length, is: detectEncoding(named) }).toEqual({ length, is: 'protobuf' });
    }
  });

  it.each(['\n{"resourceSpans":[]}', '\n\n\n[\n{"a":1}]', '\n{\n"a":1}', '{}', '\n{}', 'hello', '\n'])(
    '%j is text',
    text => {
      expect(detectEncoding(Buffer.from(text))).toBe('json');
    },
  );

  it.each<[unknown, string]>([
    [{ resource_spans: [] }, 'traces'],
    [{ resourceLogs: [] }, 'logs'],
    [[{ resourceSpans: [] }], 'requests'],
    [{ data: [{ traceID: 'a', spans: [] }], errors: null }, 'jaeger'],
    [{ traceID: 'a', spanID: 'b', operationName: 'c' }, 'jaeger'],
    [[[{ traceId: 'a', id: 'b' }]], 'zipkin'],
    [{ traceId: 'a', id: 'b' }, 'zipkin'],
    [{ trace: { resourceSpans: [] } }, 'tempo'],
    [{ data: 7 }, 'unknown'],
    [[7], 'unknown'],
    [null, 'unknown'],
    [[], 'empty'],
  ])('%j is %s', (value, kind) => {
    expect(detectDocument(value as Parameters<typeof detectDocument>[0])).toBe(kind);
  });
});

describe('progress', () => {
  const MIB = 1024 * 1024;

  it('shows share, bytes, spans and rate', () => {
    expect(progressLine({ read: MIB, total: 4 * MIB, taken: 30_000, seconds: 2 })).toBe(
      `${'█'.repeat(6)}${'░'.repeat(18)} 25 %  1.0 of 4.0 MiB  30,000 read, 15,000/s`,
    );
  });

  it('without a total shows no share', () => {
    expect(progressLine({ read: MIB, total: Number.NaN, taken: 10, seconds: 0 })).toBe('1.0 MiB  10 read, 0/s');
  });

  it('is no wider than the terminal, where there is one, and else not there', () => {
    const drawn = (properties: object) => {
      const stream = Object.assign(new PassThrough(), properties);
      let now = 0;
      const progress = createProgress({ stream, total: 4 * MIB, now: () => now });
      now = 1000;
      progress.advance(MIB, 30_000);
      return String(stream.read() ?? '');
    };
    expect(drawn({})).toBe('');
    expect(drawn({ isTTY: true, columns: 40 })).toHaveLength('\r\u001b[2K'.length + 39);
    expect(drawn({ isTTY: true, columns: 0 })).toMatch(/30,000\/s$/);
  });
});
