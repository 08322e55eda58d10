import { describe, expect, it } from 'vitest';
import { buildMesh, type Mesh, type MeshOptions } from '../../benchmarks/pipeline/mesh.ts';
import { createStamp } from '../../benchmarks/pipeline/stamp.ts';
import type { Truth } from '../../benchmarks/pipeline/truth.ts';
import { encodeTraces } from '../kits/otlp.ts';
import { type DecodedSpan, decodeBody, spansOf } from './decoded-spans.ts';
import { plainTruth } from './plain-truth.ts';

const PLAIN: MeshOptions = {
  seed: 7,
  traces: 400,
  bodySpans: 100,
  encoding: 'protobuf',
  rate: 0,
  duplicates: 0,
  shuffle: 0,
  late: 0,
};
const START_MS = 1_764_000_000_000;

function stampedSpans(mesh: Mesh, replay: number): readonly DecodedSpan[] {
  const stamp = createStamp(3, replay, START_MS + replay * 1_000);
  return mesh.requests.flatMap(({ template }) => {
    template.apply(stamp);
    return spansOf(decodeBody(template));
  });
}

const sorted = (truth: Truth): object => ({
  ...truth,
  entries: Object.entries(truth.entries).sort(),
  edges: truth.edges.map(edge => JSON.stringify({ ...edge, evidence: Object.entries(edge.evidence).sort() })).sort(),
});

describe('the workload', () => {
  it('is what its truth says, for a reader that sees only the bodies', () => {
    const mesh = buildMesh(PLAIN);
    const spans = stampedSpans(mesh, 0);
    expect(spans).toHaveLength(400 * 12);
    expect(sorted(plainTruth(spans))).toEqual(sorted(mesh.truth));
  });

  it('holds errors of every kind, both ways to reach a consumer, and all services', () => {
    const mesh = buildMesh({ ...PLAIN, traces: 2_000 });
    const calls = mesh.truth.edges.filter(edge => edge.kind === 'calls');
    const total = (part: 'errors' | 'clientErrors' | 'serverErrors'): number =>
      calls.reduce((sum, edge) => sum + edge[part], 0);
    expect(total('clientErrors')).toBeLessThan(total('errors'));
    expect(total('serverErrors')).toBeLessThan(total('errors'));
    expect(total('clientErrors') + total('serverErrors')).toBeGreaterThan(total('errors'));
    const consumes = mesh.truth.edges.filter(edge => edge.kind === 'consumes');
    const share = (kind: 'span_link' | 'paired'): number =>
      consumes.reduce((sum, edge) => sum + (edge.evidence[kind] ?? 0), 0) / 2_000;
    expect(share('span_link')).toBeCloseTo(0.5, 1);
    expect(share('paired') + share('span_link')).toBe(1);
    expect(new Set(stampedSpans(mesh, 0).map(span => span.service)).size).toBe(50);
    const tables = mesh.truth.edges.flatMap(edge => [edge.source, edge.target]).filter(name => name.includes('.'));
    expect(new Set(tables).size).toBe(40);
  });

  it('sends the halves of calls in different requests', () => {
    expect(buildMesh({ ...PLAIN, traces: 2_000 }).splitShare).toBeGreaterThan(0.9);
  });

  it('is the same for the same seed and another for another', () => {
    const bytes = (seed: number): readonly string[] =>
      buildMesh({ ...PLAIN, seed }).requests.map(({ template }) => template.bytes.toString('base64'));
    expect(bytes(1)).toEqual(bytes(1));
    expect(bytes(1)).not.toEqual(bytes(2));
  });

  it('makes bodies of the size it was asked for', () => {
    const sizes = buildMesh({ ...PLAIN, bodySpans: 30 }).requests.map(({ template }) => template.spans);
    expect(Math.max(...sizes)).toBe(30);
    expect(sizes.filter(size => size < 30).length).toBeLessThanOrEqual(10);
  });
});

describe('the encodings', () => {
  it('say the same in protobuf and JSON, before and after a new stamp', () => {
    const protobuf = buildMesh(PLAIN);
    const json = buildMesh({ ...PLAIN, encoding: 'json' });
    for (const replay of [0, 1_234_567]) {
      expect(stampedSpans(json, replay)).toEqual(stampedSpans(protobuf, replay));
    }
    expect(decodeBody(json.requests[0]!.template)).toEqual(decodeBody(protobuf.requests[0]!.template));
  });

  it('is as short as what the reference encoder writes', () => {
    const { template } = buildMesh(PLAIN).requests[0]!;
    template.apply(createStamp(3, 0, START_MS));
    expect(template.bytes.length).toBe(encodeTraces(decodeBody(template)).length);
  });
});

describe('a replay', () => {
  it('has ids, times and offsets of its own, and the same truth', () => {
    const mesh = buildMesh(PLAIN);
    const first = stampedSpans(mesh, 0);
    const second = stampedSpans(mesh, 1);
    const ids = (spans: readonly DecodedSpan[]): readonly string[] =>
      spans.flatMap(span => [span.traceId, span.spanId]);
    const known = new Set(ids(first));
    expect(ids(second).filter(id => known.has(id))).toEqual([]);
    expect(second[0]!.startNs - first[0]!.startNs).toBe(1_000_000_000n);
    const offsets = (spans: readonly DecodedSpan[]): readonly unknown[] =>
      spans.filter(span => span.kind === 5).map(offsetOf);
    expect(new Set([...offsets(first), ...offsets(second)]).size).toBe(800);
    expect(sorted(plainTruth(second))).toEqual(sorted(mesh.truth));
  });

  it('ends every span before it is sent', () => {
    const mesh = buildMesh(PLAIN);
    const limit = BigInt(START_MS + mesh.leadMs) * 1_000_000n;
    expect(stampedSpans(mesh, 0).filter(span => span.endNs > limit)).toEqual([]);
  });
});

describe('disorder', () => {
  const rough = buildMesh({ ...PLAIN, traces: 2_000, duplicates: 0.2, shuffle: 0.1, late: 0.01 });

  it('changes when spans are sent, not what they are', () => {
    expect(sorted(plainTruth(stampedSpans(rough, 0)))).toEqual(sorted({ ...rough.truth, duplicates: 0 }));
  });

  it('delays, keeps back and repeats the shares it was asked for', () => {
    const share = (chosen: Mesh['requests']): number =>
      chosen.reduce((sum, { template }) => sum + template.spans, 0) / rough.truth.spans;
    const due = rough.requests.filter(request => request.dueMs !== undefined);
    const late = due.filter(request => request.dueMs! >= 60_000);
    expect(share(late)).toBeCloseTo(0.01, 2);
    expect(share(due) - share(late)).toBeCloseTo(0.1, 2);
    expect(due.filter(request => !late.includes(request)).every(request => request.dueMs! < 8_500)).toBe(true);
    const resent = rough.requests.filter(request => request.resendMs !== undefined);
    expect(share(resent)).toBeCloseTo(rough.truth.duplicates / rough.truth.spans, 10);
    expect(share(resent)).toBeGreaterThan(0.12);
    expect(share(resent)).toBeLessThan(0.28);
  });
});

const offsetOf = (span: DecodedSpan): unknown =>
  span.attributes['messaging.kafka.offset'] ?? span.attributes['messaging.kafka.message.offset'];
