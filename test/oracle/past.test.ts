/**
 * The graph as of a time, as the API answers it from the history that a running topology keeps, is what the oracle makes of
 * what happened up to then: whenever and in whatever order spans came, again, hours late, or with partners that took back
 * what had been counted.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { type RunningApi, startApi } from '../api/start-api.ts';
import { World } from '../correlate/late-world.ts';
import { BEGIN_MS, WAIT_MS } from '../kits/live-subject.ts';
import { PastTopology } from '../kits/past-topology.ts';
import { compareDocuments } from './compare.ts';
import type { OracleDocument } from './document.ts';
import { generateTraceSet } from './generate.ts';
import { analyzeSpans } from './model.ts';
import { isBadTime } from './normalize.ts';
import { documentBefore } from './past.ts';
import { Random } from './random.ts';
import { disorder } from './requests.ts';
import type { Span } from './span.ts';

const RUNS = Math.ceil(Number(process.env.TACIT_PROPERTY_RUNS ?? 300) / 10);
const FIRST_SEED = Number(process.env.TACIT_PROPERTY_SEED ?? 0);
const MINUTE_MS = 60_000;
/** Spans happened so long before they came, at most. */
const SPREAD_MS = 50 * MINUTE_MS;
const EPOCHS_MS = [0, 2.5 * WAIT_MS, 6 * WAIT_MS];

/** Every trace is moved to a time of its own; what has no good time is left out, since it gets that of its arrival. */
function scattered(spans: readonly Span[], random: Random): Span[] {
  const shifts = new Map<string, number>();
  return spans
    .filter(({ startUs, endUs }) => !isBadTime(startUs, BEGIN_MS * 1000) && !isBadTime(endUs, BEGIN_MS * 1000))
    .map(span => {
      const trace = span.traceId.slice(-16).toLowerCase();
      // Some lie at the very end of a minute.
      const shift =
        shifts.get(trace) ?? (random.chance(0.3) ? MINUTE_MS * (1 + random.below(50)) : random.below(SPREAD_MS)) * 1000;
      shifts.set(trace, shift);
      return { ...span, startUs: span.startUs - shift, endUs: span.endUs - shift };
    });
}

/** Any trace set, in any order within one wait, some spans again. */
function playAtOnce(subject: PastTopology, spans: readonly Span[], random: Random, atMs: number): void {
  const moments = Array.from({ length: 1 + random.below(5) }, () => random.below(WAIT_MS)).sort((a, b) => a - b);
  const size = Math.ceil(spans.length / moments.length);
  let nowMs = atMs;
  moments.forEach((moment, i) => {
    for (; nowMs < atMs + moment; nowMs += 1000) subject.tick(nowMs);
    nowMs = atMs + moment;
    subject.send(spans.slice(i * size, (i + 1) * size), nowMs);
  });
  subject.idle(nowMs, nowMs + 4 * WAIT_MS);
}

/** Halves of calls and messages in different epochs: what was inferred of one is taken back. */
function playLate(subject: PastTopology, spans: readonly Span[], random: Random, atMs: number): void {
  const epochs = spans.map(() => random.below(EPOCHS_MS.length));
  EPOCHS_MS.forEach((beginMs, epoch) => {
    const part = random.shuffle(spans.filter((_, i) => epochs[i] === epoch));
    subject.send(part.slice(0, part.length / 2), atMs + beginMs);
    subject.send(part.slice(part.length / 2), atMs + beginMs + 1500);
    subject.idle(atMs + beginMs + 1500, atMs + beginMs + 2.4 * WAIT_MS);
  });
  subject.idle(atMs + EPOCHS_MS.at(-1)! + 3 * WAIT_MS, atMs + EPOCHS_MS.at(-1)! + 6 * WAIT_MS);
}

/** Durations are kept by ten minutes, examples not at all; the counts of spans are those of now. */
function differences(expected: OracleDocument, got: GraphDocument, isWhole: boolean): string[] {
  const stats = { spans: got.stats.spans, reasons: got.stats.reasons };
  return compareDocuments({ ...expected, stats }, got).filter(
    line =>
      !/: exemplars /.test(line) &&
      (isWhole || !/: (latency|lag)\b/.test(line)) &&
      // An edge that lost an interaction tells its times to the minute, or, where that took longer, may keep them; a route
      // is as its first message.
      !/(external|table|database|#routes#).*: (firstSeen|lastSeen) /.test(line) &&
      !isSameMinute(line) &&
      !/#routes#.*: estimated /.test(line),
  );
}

const compared = { views: 0, edges: 0 };
function isSameMinute(line: string): boolean {
  const [, expected = '', got = ''] = /: (?:firstSeen|lastSeen) expected "(.{16}).*, got "(.{16})/.exec(line) ?? [];
  return expected !== '' && expected === got;
}

let api: RunningApi;
beforeAll(async () => {
  api = await startApi(undefined);
});
afterAll(() => {
  console.log(`compared ${compared.views} graphs of earlier with ${compared.edges} edges`);
  return api.stop();
});

async function holdAgainstOracle(subject: PastTopology, spans: readonly Span[], endMs: number, told: string) {
  const { decisions } = analyzeSpans(spans, (BEGIN_MS + endMs) * 1000);
  api.viewAt = time => subject.past.view(time, 'all');
  let asked = 0;
  const last = Math.floor((BEGIN_MS + endMs) / MINUTE_MS) * MINUTE_MS;
  // Whoever asks has all that was counted by now told to the history.
  await subject.topology.past.ask({ at: last, detail: 'counts', have: { nodes: 0, series: 0 } });
  const { begin } = subject.topology.past.status();
  const first = begin === null ? Number.POSITIVE_INFINITY : Date.parse(begin);
  for (let ms = last; ms >= Math.max(first, last - SPREAD_MS - 10 * MINUTE_MS); ms -= MINUTE_MS) {
    const isWhole = ms % (10 * MINUTE_MS) === 0;
    if (!isWhole && asked++ % 5 !== 0) continue;
    const got = (await api.json(`/v1/graph?at=${new Date(ms).toISOString()}&state=all`)) as unknown as GraphDocument;
    expect(Date.parse(got.asOf)).toBe(ms);
    const at = `${told}, at ${got.asOf}`;
    expect(differences(documentBefore(decisions, ms * 1000), got, isWhole), at).toEqual([]);
    compared.edges += got.edges.length;
    compared.views++;
  }
}

describe('the graph as of a time is the oracle’s', () => {
  it('of any trace set, in any order and with copies', async () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      const told = `seed ${seed} (again with TACIT_PROPERTY_SEED=${seed} TACIT_PROPERTY_RUNS=1)`;
      const random = new Random(seed);
      const spans = disorder(scattered(generateTraceSet(seed), random), seed);
      const subject = await PastTopology.begin();
      playAtOnce(subject, spans, random, 0);
      await holdAgainstOracle(subject, spans, 6 * WAIT_MS, told);
    }
  }, 600_000);

  it('of calls and messages whose halves come late', async () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      const told = `seed ${seed} (again with TACIT_PROPERTY_SEED=${seed} TACIT_PROPERTY_RUNS=1)`;
      const random = new Random(seed);
      const spans = scattered(new World(seed).spans, random);
      const subject = await PastTopology.begin();
      playLate(subject, spans, random, 0);
      await holdAgainstOracle(subject, spans, EPOCHS_MS.at(-1)! + 6 * WAIT_MS, told);
    }
  }, 600_000);
});
