/** Any trace set spread over any times within the wait, finished by ticks alone: the oracle's graph. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { pathsOf } from '../kits/subject.ts';
import { compareDocuments, comparePaths } from '../oracle/compare.ts';
import { generateTraceSet } from '../oracle/generate.ts';
import { analyzeSpans } from '../oracle/model.ts';
import { countPaths } from '../oracle/paths.ts';
import { disorder } from '../oracle/requests.ts';
import type { Span } from '../oracle/span.ts';

const RUNS = Number(process.env.TACIT_PROPERTY_RUNS ?? 400);

interface Part {
  readonly spans: readonly Span[];
  readonly atMs: number;
}

/** The spans in their order, in parts that arrive at the given moments. */
function spread(spans: readonly Span[], moments: readonly number[]): Part[] {
  const times = [...moments].sort((a, b) => a - b);
  const size = Math.ceil(spans.length / times.length);
  return times.map((atMs, i) => ({ atMs, spans: spans.slice(i * size, (i + 1) * size) }));
}

function play(parts: readonly Part[], stepMs: number): LiveSubject {
  const subject = new LiveSubject();
  let nowMs = 0;
  for (const { spans, atMs } of parts) {
    for (; nowMs < atMs; nowMs += stepMs) subject.tick(nowMs);
    subject.send(spans, atMs);
    nowMs = atMs;
  }
  return subject.idle(nowMs, nowMs + 4 * WAIT_MS, stepMs);
}

const moment = fc.oneof(fc.constantFrom(0, 1, WAIT_MS - 1), fc.integer({ min: 0, max: WAIT_MS - 1 }));

describe('a trace set that arrives within one wait', () => {
  it('gives the oracle’s graph, whenever each span came', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.array(moment, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(100, 999, 1000, 5000),
        (seed, moments, stepMs) => {
          const spans = disorder(generateTraceSet(seed), seed);
          const subject = play(spread(spans, moments), stepMs);
          const { document, decisions } = analyzeSpans(spans);
          expect(compareDocuments(document, subject.graph())).toEqual([]);
          expect(comparePaths(countPaths(decisions), pathsOf(subject.topology))).toEqual([]);
        },
      ),
      { numRuns: RUNS, seed: 20240115 },
    );
  }, 300_000);
});
