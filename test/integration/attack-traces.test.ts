/** Traces that no program makes, and bodies made to be costly, against a real process beside an honest client. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type AttackSpan, CLIENT, encodeSpans, SERVER } from '../../benchmarks/attack/spans.ts';
import { ReverseWriter } from '../../benchmarks/pipeline/protobuf-writer.ts';
import { attacked, type Victim } from '../kits/attack/victim.ts';
import { TYPE } from '../receivers/otlp/http-client.ts';

const SPANS = 100_000;
const PER_REQUEST = 2_000;

type Shape = (i: number) => Partial<AttackSpan>;

/** Two services in turn: every second span is the server of the one before it. */
function spanOf(i: number, shape: Shape, trace = 1): AttackSpan {
  const service = Math.floor((i + 1) / 2) % 2 === 0 ? 'attacker' : 'attacked';
  const resource = { 'service.name': service };
  return { resource, trace, span: i + 1, kind: i % 2 === 0 ? CLIENT : SERVER, startMs: Date.now(), ...shape(i) };
}

async function sendAll(victim: Victim, count: number, shape: Shape, trace = 1): Promise<void> {
  for (let from = 0; from < count; from += PER_REQUEST) {
    const length = Math.min(PER_REQUEST, count - from);
    const spans = Array.from({ length }, (_, i) => spanOf(from + i, shape, trace));
    expect(await victim.post(encodeSpans(spans))).toBe(200);
  }
}

const linksTo = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

describe('traces', () => {
  const SHAPES: readonly (readonly [string, number, Shape])[] = [
    ['a chain of parents', SPANS, i => ({ parent: i })],
    ['a chain whose parents come last', SPANS, i => ({ span: SPANS - i, parent: SPANS - i - 1 })],
    ['children of one', SPANS, i => (i === 0 ? {} : { parent: 1 })],
    ['servers of one client', SPANS, i => (i === 0 ? {} : { parent: 1, kind: SERVER })],
    ['one cycle', SPANS, i => ({ parent: ((i + 1) % SPANS) + 1 })],
    ['cycles of two', SPANS, i => ({ parent: (i ^ 1) + 1 })],
    ['parents of themselves', SPANS, i => ({ parent: i + 1 })],
    ['one id for all', SPANS, () => ({ span: 1, parent: 1 })],
    ['one trace for all', SPANS, i => ({ parent: ((i * 7919) % SPANS) + 1 })],
    ['links by the thousand to one', SPANS, i => ({ kind: 5, links: [1], span: i + 2 })],
    ['a thousand links of each', 200, i => ({ kind: 5, links: linksTo(i * 1000, 1000) })],
    ['links in a cycle', SPANS, i => ({ kind: i % 2 ? 4 : 5, links: [((i + 1) % SPANS) + 1] })],
  ];

  it('of every shape are taken', async () => {
    await attacked([], async victim => {
      for (const [trace, [, count, shape]] of SHAPES.entries()) await sendAll(victim, count, shape, trace + 1);
    });
  });

  it('a deep chain counts exactly', async () => {
    await attacked([], async victim => {
      await sendAll(victim, SPANS, i => ({ parent: i }));
      await expect
        .poll(
          async () => {
            const edges = (await victim.graph()).edges.filter(edge => edge.source.includes('attack'));
            return edges.reduce((sum, { count }) => sum + count, 0);
          },
          { timeout: 20_000 },
        )
        .toBe(SPANS / 2);
    });
  });
});

describe('compressed bodies', () => {
  const zeros = (mib: number): Buffer => gzipSync(Buffer.alloc(mib * 2 ** 20));
  const small = gzipSync(encodeSpans([]));
  const one = gzipSync(Buffer.alloc(2 ** 20));
  const bomb = zeros(200);

  const BODIES: readonly (readonly [string, Buffer, number, string])[] = [
    ['a thousand to one', bomb, 413, 'too_large'],
    ['one within another', gzipSync(bomb), 400, 'malformed'],
    ['many members', Buffer.concat(Array.from({ length: 200 }, () => one)), 413, 'too_large'],
    ['a hundred thousand empty members', Buffer.concat(Array.from({ length: 100_000 }, () => small)), 200, 'accepted'],
    ['garbage after the end', Buffer.concat([small, Buffer.alloc(2 ** 20, 0xa5)]), 400, 'malformed'],
    ['a length that lies', Buffer.concat([bomb.subarray(0, -4), Buffer.from([1, 0, 0, 0])]), 413, 'too_large'],
  ];

  it('are taken, or refused and counted', async () => {
    await attacked([], async victim => {
      for (const [name, body, status, outcome] of BODIES) {
        const headers = { 'Content-Encoding': 'gzip' };
        const answers = await Promise.all(Array.from({ length: 10 }, () => victim.post(body, headers)));
        const unlike = answers.filter(answer => answer !== status && answer !== 503);
        expect(unlike, name).toEqual([]);
        expect(answers, name).toContain(status);
        await victim.grown(1, 'tacit_otlp_requests_total', `outcome="${outcome}"`);
      }
    });
  });
});

describe('values', () => {
  const DEPTH = 100_000;

  /** A span attribute that is a list in a list, and so on. */
  function deepProtobuf(): Buffer {
    const w = new ReverseWriter();
    for (let i = 0; i < DEPTH; i++) {
      w.close(1, 0);
      w.close(5, 0);
    }
    w.close(2, 0);
    for (const field of [9, 2, 2, 1]) w.close(field, 0);
    return w.take();
  }

  function inSpan(attributes: string): string {
    return `{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[${attributes}]}]}]}]}`;
  }

  const deepJson = inSpan(`{"key":"a","value":${'{"arrayValue":{"values":['.repeat(DEPTH)}${']}}'.repeat(DEPTH)}}`);
  const manyJson = inSpan(Array.from({ length: DEPTH }, (_, i) => `{"key":"k${i}","value":{"intValue":"1"}}`).join());
  const attributes = Object.fromEntries(Array.from({ length: DEPTH }, (_, i) => [`key.${i}`, i]));
  const many = encodeSpans([spanOf(0, () => ({ attributes }))]);

  const BODIES: readonly (readonly [string, Buffer | string])[] = [
    ['deep in protobuf', deepProtobuf()],
    ['deep in JSON', deepJson],
    ['brackets without end', '['.repeat(4_000_000)],
    ['many attributes in protobuf', many],
    ['many attributes in JSON', manyJson],
  ];

  it('are read or declined', async () => {
    await attacked([], async victim => {
      for (const [name, body] of BODIES) {
        const headers = { 'Content-Type': typeof body === 'string' ? TYPE.json : TYPE.protobuf };
        for (let i = 0; i < 10; i++) expect([200, 400], name).toContain(await victim.post(body, headers));
      }
    });
  });
});
