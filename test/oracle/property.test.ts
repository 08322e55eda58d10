/** The program against the oracle: any trace set, in order at once, and shuffled with copies over several requests. */
import { describe, expect, it } from 'vitest';
import type { RecordView } from '../../src/contract/record.ts';
import { NO_NAMING } from '../../src/normalize/identity/naming.ts';
import { analyzed, documentOf, pathsOf, SMALL } from '../kits/subject.ts';
import { compareDocuments, comparePaths } from './compare.ts';
import { addCoverage, type Coverage, formatCoverage, ranksAndFatesInReach, reachedRanksAndFates } from './coverage.ts';
import type { Decisions } from './decisions.ts';
import type { OracleDocument } from './document.ts';
import { generateTraceSet } from './generate.ts';
import { generateRecords } from './generate-records.ts';
import { generateLogs } from './logs.ts';
import { analyzeSpans, type Outcome } from './model.ts';
import { generateOutboxes, OUTBOXES } from './outboxes.ts';
import { countPaths } from './paths.ts';
import type { RecordOutcome } from './records.ts';
import { disorder, splitRequests, toRequest, withLogs, withRecords } from './requests.ts';
import { shrinkSpans } from './shrink.ts';
import type { Span } from './span.ts';

const RUNS = Number(process.env.TACIT_PROPERTY_RUNS ?? 10_000);
const FIRST_SEED = Number(process.env.TACIT_PROPERTY_SEED ?? 0);
/** So many sets reach everything; a search among fewer looks for a difference, and may not. */
const RUNS_THAT_REACH_ALL = 2000;
const TIMEOUT_MS = 1_500_000;

const WITH_OUTBOXES = { ...SMALL, outboxTables: OUTBOXES };

function withRecordsOf(seed: number): { readonly spans: readonly Span[]; readonly records: readonly RecordView[] } {
  const { spans, records } = generateOutboxes(seed, generateTraceSet(seed));
  const isTaken = (one: RecordView) => records.some(other => other.topic === one.topic && other.offset === one.offset);
  return { spans, records: [...records, ...generateRecords(seed, spans).filter(one => !isTaken(one))] };
}

function withOutboxes(spans: readonly Span[], records: readonly RecordView[], onlyCluster?: string): Outcome {
  return analyzeSpans(spans, Date.now() * 1000, [], records, onlyCluster, table =>
    OUTBOXES.includes(table.toLowerCase()),
  );
}

type Packer = (spans: readonly Span[]) => object[];

describe('the graph of any trace set with log records', () => {
  it(
    'is the oracle’s, whenever logs and spans come',
    () => {
      const sums = { observed: 0, besideSpans: 0, duplicates: 0, badTimes: 0 };
      for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS / 8; seed++) {
        const spans = generateTraceSet(seed);
        const logs = generateLogs(seed, spans);
        for (const order of [spans, disorder(spans, seed)]) {
          const expected = analyzeSpans(order, Date.now() * 1000, logs);
          const requests = withLogs(splitRequests(order, seed), logs, seed);
          const subject = analyzed(requests, SMALL, { now: () => Date.now() });
          const told = `seed ${seed} (again with TACIT_PROPERTY_SEED=${seed} TACIT_PROPERTY_RUNS=1)`;
          expect(compareDocuments(expected.document, documentOf(subject)), told).toEqual([]);
          expect(subject.correlator.logs.counts, told).toEqual(expected.logs);
          for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += expected.logs[name];
        }
      }
      console.log(`log records of ${RUNS / 8} trace sets: ${JSON.stringify(sums)}`);
    },
    TIMEOUT_MS,
  );
});

describe('the graph of any trace set with records', () => {
  it(
    'is the oracle’s, whenever records and spans come',
    () => {
      const sums = new Map<string, number>();
      for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS / 10; seed++) {
        const { spans, records } = withRecordsOf(seed);
        if (records.length === 0) continue;
        for (const order of [spans, disorder(spans, seed)]) {
          const { document, decisions, recorded } = withOutboxes(order, records);
          const subject = analyzed(withRecords(splitRequests(order, seed), records, seed), WITH_OUTBOXES, {
            now: () => Date.now(),
          });
          const told = `seed ${seed} (again with TACIT_PROPERTY_SEED=${seed} TACIT_PROPERTY_RUNS=1)`;
          const found = documentOf(subject);
          expect(compareDocuments(document, found), told).toEqual([]);
          expect(comparePaths(countPaths(decisions, recorded.ways), pathsOf(subject)), told).toEqual([]);
          expect([found.stats.records, found.stats.changes], told).toEqual([recorded.records, recorded.changes]);
          noteReached(sums, recorded, document, decisions);
        }
      }
      console.log(`records of ${RUNS / 10} trace sets reached: ${JSON.stringify(Object.fromEntries(sums))}`);
    },
    TIMEOUT_MS,
  );
});

describe('where the configuration knows just one cluster', () => {
  it(
    'the graph is the oracle’s: what names none is of that one',
    () => {
      const clusters = [{ brokers: [], ids: [], name: 'eu-1' }];
      const options = { ...WITH_OUTBOXES, naming: { ...NO_NAMING, clusters } };
      const joined = { with: 0, without: 0 };
      for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS / 40; seed++) {
        const { spans: told, records } = withRecordsOf(seed);
        const spans = told.map((span, i) => ((seed + i) % 2 === 0 ? withoutCluster(span) : span));
        const order = disorder(spans, seed);
        const { document, decisions, recorded } = withOutboxes(order, records, 'eu-1');
        const requests = withRecords(splitRequests(order, seed), records, seed);
        const subject = analyzed(requests, options, { now: () => Date.now() });
        const again = `seed ${seed} (again with TACIT_PROPERTY_SEED=${seed} TACIT_PROPERTY_RUNS=1)`;
        expect(compareDocuments(document, documentOf(subject)), again).toEqual([]);
        expect(comparePaths(countPaths(decisions, recorded.ways), pathsOf(subject)), again).toEqual([]);
        joined.with += joinedApart(document);
        joined.without += joinedApart(withOutboxes(order, records).document);
      }
      console.log(`joined by offset or id: ${JSON.stringify(joined)}`);
      if (RUNS >= RUNS_THAT_REACH_ALL) expect(joined.with).toBeGreaterThan(joined.without);
    },
    TIMEOUT_MS,
  );
});

function withoutCluster(span: Span): Span {
  const { 'messaging.kafka.cluster.id': _, ...attributes } = span.attributes;
  return { ...span, attributes };
}

function joinedApart({ edges }: OracleDocument): number {
  const consumed = edges.filter(({ kind }) => kind === 'consumes');
  return consumed.reduce((sum, { evidence }) => sum + (evidence.offset ?? 0) + (evidence.message_id ?? 0), 0);
}

/** What records came to: how often each kind of edge or evidence that only they give. */
function noteReached(
  sums: Map<string, number>,
  { proven, ways }: RecordOutcome,
  { edges }: OracleDocument,
  { joins }: Decisions,
): void {
  const add = (name: string, count: number) => void sums.set(name, (sums.get(name) ?? 0) + count);
  add('writers proven', proven.length);
  add('ways', ways.length);
  add('sent by an outbox', joins.flatMap(join => join.partners).filter(({ outbox }) => outbox !== undefined).length);
  for (const { kind, evidence } of edges) {
    if (kind === 'consumes') add('joined by offset or id', (evidence.offset ?? 0) + (evidence.message_id ?? 0));
    else add(kind, (evidence.record_header ?? 0) + (evidence.cdc ?? 0));
  }
}

describe('the graph of any trace set', () => {
  it(
    'is the oracle’s, in any order',
    async () => {
      const coverage: Coverage = new Map();
      for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
        const spans = generateTraceSet(seed);
        addCoverage(coverage, analyzeSpans(spans));
        await holdAgainstOracle(seed, 'in order', spans, all => [toRequest(all)]);
        await holdAgainstOracle(seed, 'disordered', disorder(spans, seed), all => splitRequests(all, seed));
      }
      console.log(`reached by ${RUNS} trace sets:\n${formatCoverage(coverage)}`);
      if (RUNS >= RUNS_THAT_REACH_ALL) expect(reachedRanksAndFates(coverage)).toEqual(ranksAndFatesInReach());
    },
    TIMEOUT_MS,
  );
});

async function holdAgainstOracle(seed: number, order: string, spans: readonly Span[], pack: Packer): Promise<void> {
  if ((await differences(spans, pack)).length === 0) return;
  const fewest = await shrinkSpans(spans, async fewer => (await differences(fewer, pack)).length > 0);
  const told = [
    `seed ${seed} ${order} (again with TACIT_PROPERTY_SEED=${seed} TACIT_PROPERTY_RUNS=1)`,
    ...(await differences(fewest, pack)),
  ];
  expect.fail(`${told.join('\n')}\nspans: ${JSON.stringify(fewest, null, 1)}`);
}

async function differences(spans: readonly Span[], pack: Packer): Promise<string[]> {
  const { document, decisions } = analyzeSpans(spans);
  const subject = analyzed(pack(spans), SMALL, { now: () => Date.now() });
  const paths = countPaths(decisions);
  return [...compareDocuments(document, documentOf(subject)), ...comparePaths(paths, pathsOf(subject))];
}
