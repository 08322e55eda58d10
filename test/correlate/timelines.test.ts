/** Any trace set spread over any times within the wait, finished by ticks alone: the oracle's graph. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordView } from '../../src/contract/record.ts';
import type { TopologyOptions } from '../../src/service/topology/config.ts';
import { LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { isSpan, type Step } from '../kits/steps.ts';
import { pathsOf } from '../kits/subject.ts';
import { compareDocuments, comparePaths } from '../oracle/compare.ts';
import { generateTraceSet } from '../oracle/generate.ts';
import { analyzeSpans } from '../oracle/model.ts';
import { generateOutboxes, OUTBOXES } from '../oracle/outboxes.ts';
import { countPaths } from '../oracle/paths.ts';
import { Random } from '../oracle/random.ts';
import { disorder } from '../oracle/requests.ts';

const RUNS = Number(process.env.TACIT_PROPERTY_RUNS ?? 400);

interface Part {
  readonly steps: readonly Step[];
  readonly atMs: number;
}

/** Spans and records in their order, in parts that arrive at the given moments. */
function spread(steps: readonly Step[], moments: readonly number[]): Part[] {
  const times = [...moments].sort((a, b) => a - b);
  const size = Math.ceil(steps.length / times.length);
  return times.map((atMs, i) => ({ atMs, steps: steps.slice(i * size, (i + 1) * size) }));
}

function play(parts: readonly Part[], stepMs: number, options: Partial<TopologyOptions> = {}): LiveSubject {
  const subject = new LiveSubject(options);
  let nowMs = 0;
  for (const { steps, atMs } of parts) {
    for (; nowMs < atMs; nowMs += stepMs) subject.tick(nowMs);
    const records = steps.filter((step): step is RecordView => !isSpan(step));
    if (records.length > 0) subject.sendRecords(records, atMs);
    subject.send(steps.filter(isSpan), atMs);
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

  it('so do outboxes, their events and those who take them', () => {
    const joined = { byOutbox: 0, pathsToo: 0 };
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.array(moment, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(100, 999, 1000, 5000),
        (seed, moments, stepMs) => {
          const { spans, records } = generateOutboxes(seed, generateTraceSet(seed));
          const steps = new Random(seed).shuffle<Step>([...disorder(spans, seed), ...records]);
          const subject = play(spread(steps, moments), stepMs, { outboxTables: OUTBOXES });
          const isOutbox = (table: string) => OUTBOXES.includes(table.toLowerCase());
          const arrived = steps.filter(isSpan);
          const outcome = analyzeSpans(arrived, Date.now() * 1000, [], records, undefined, isOutbox);
          const { document, decisions, recorded } = outcome;
          expect(compareDocuments(document, subject.graph())).toEqual([]);
          const paths = countPaths(decisions, recorded.ways);
          expect(comparePaths(paths, pathsOf(subject.topology))).toEqual([]);
          const sent = decisions.joins.flatMap(join => join.partners).filter(({ outbox }) => outbox !== undefined);
          joined.byOutbox += sent.length;
          if (sent.length > 0 && paths !== undefined) joined.pathsToo += sent.length;
        },
      ),
      { numRuns: RUNS, seed: 20240115 },
    );
    console.log(`joined with what wrote an outbox: ${JSON.stringify(joined)}`);
    if (RUNS >= 400) expect(joined.pathsToo).toBeGreaterThan(50);
  }, 300_000);
});
