/** The generator reaches every rule, and the model's answer to it does not depend on order. */
import { describe, expect, it } from 'vitest';
import { compareDocuments } from './compare.ts';
import { addCoverage, type Coverage, ranksAndFatesInReach, reachedRanksAndFates } from './coverage.ts';
import { generateTraceSet } from './generate.ts';
import { analyzeSpans } from './model.ts';
import { disorder, splitRequests, toRequest } from './requests.ts';

const SEEDS = Array.from({ length: 300 }, (_, seed) => seed);

const REACHED_REASONS = [
  ...[
    'no_service_name',
    'health_check',
    'transaction_control',
    'settings',
    'driver_housekeeping',
    'missing_parent',
    'local_parent',
  ],
  ...[
    'unpaired_client',
    'unpaired_nameless',
    'no_destination',
    'negative_duration',
    'invalid_trace_id',
    'invalid_span_id',
  ],
].map(reason => `reason:${reason}`);

const REACHED_OTHERS = [
  ...['with_client', 'with_client_delivery', 'without_client', 'without_client_delivery'].map(
    change => `change:${change}`,
  ),
  ...['calls', 'publishes', 'consumes', 'routes', 'messages', 'writes', 'reads', 'queries'].map(kind => `edge:${kind}`),
  ...['client_span', 'server_span', 'paired', 'parent_child', 'span_link', 'offset', 'message_id', 'statement'].map(
    kind => `evidence:${kind}`,
  ),
];

describe('generated trace sets', () => {
  it('reach every rank, reason, change, edge kind, proof and fate', () => {
    const coverage: Coverage = new Map();
    for (const seed of SEEDS) addCoverage(coverage, analyzeSpans(generateTraceSet(seed)));
    expect(reachedRanksAndFates(coverage)).toEqual(ranksAndFatesInReach());
    expect([...REACHED_REASONS, ...REACHED_OTHERS].filter(name => !coverage.has(name))).toEqual([]);
  });

  it('are the same for the same seed', () => {
    expect(generateTraceSet(7)).toEqual(generateTraceSet(7));
    expect(generateTraceSet(7)).not.toEqual(generateTraceSet(8));
  });

  it('give the same graph in any order and with copies', () => {
    for (const seed of SEEDS) {
      const spans = generateTraceSet(seed);
      const [ordered, disordered] = [analyzeSpans(spans).document, analyzeSpans(disorder(spans, seed)).document];
      const differences = compareDocuments({ ...ordered, stats: disordered.stats }, disordered);
      expect(differences, `seed ${seed}`).toEqual([]);
    }
  });

  it('account for every span exactly once', () => {
    for (const seed of SEEDS) {
      const { received, ...fates } = analyzeSpans(generateTraceSet(seed)).document.stats.spans;
      expect(
        Object.values(fates).reduce((a, b) => a + b),
        `seed ${seed}`,
      ).toBe(received);
    }
  });
});

describe('requests', () => {
  const countSpans = (request: object) => JSON.stringify(request).split('"parentSpanId"').length - 1;

  it('keep every span, whole or split', () => {
    for (const seed of SEEDS.slice(0, 50)) {
      const spans = generateTraceSet(seed);
      expect(countSpans(toRequest(spans))).toBe(spans.length);
      expect(splitRequests(spans, seed).reduce((total: number, request) => total + countSpans(request), 0)).toBe(
        spans.length,
      );
    }
  });
});
