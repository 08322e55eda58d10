/** A correlator that was saved and loaded again is, value for value, one that was never interrupted. */
import { serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FATES } from '../../src/contract/graph-document.ts';
import { ROW_WORDS } from '../../src/contract/observation.ts';
import { reasonName, reasonNumber } from '../../src/correlate/fates.ts';
import type { CorrelationOptions } from '../../src/correlate/options.ts';
import { PLACED, STATE } from '../../src/correlate/state.ts';
import type { SkipReason } from '../../src/normalize/sql/findings.ts';
import {
  handOver,
  loadImage,
  type MemoryImage,
  MemoryImageReader,
  MemoryImageWriter,
  meanwhile,
  saveImage,
} from '../kits/memory-image.ts';
import { differencesOf } from '../kits/same-state.ts';
import { SlabDisk } from '../kits/slab-disk.ts';
import { Random } from '../oracle/random.ts';
import { KeptSubject, NOT_KEPT, ROOMY, TIGHT, Timeline } from './kept-subject.ts';

const RUNS = Number(process.env.TACIT_PROPERTY_RUNS ?? 60);

const SMALL_SLABS = { slab: 4, inMemory: 0 };

/** What part of the frames is played before it is handed over, and in how many rounds it is. */
const roundsAfter = fc.tuple(fc.double({ min: 0, max: 0.9, noNaN: true }), fc.integer({ min: 1, max: 4 }));
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 3 });

/** As it stands before the frame with this number. */
function restore(timeline: Timeline, options: CorrelationOptions, image: MemoryImage, at = 0): KeptSubject {
  const subject = new KeptSubject(timeline, options, at);
  loadImage(subject.correlator, image, at % 2 === 0);
  return subject;
}

describe.each([
  ['roomy', ROOMY],
  ['tight', TIGHT],
])('a correlator with %s tables', (_, options) => {
  it('that is interrupted anywhere goes on as if it were not', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), shares, (seed, cuts) => {
        const timeline = new Timeline(seed);
        const end = timeline.frames.length;
        const moments = cuts.map(share => Math.floor(share * end)).sort((a, b) => a - b);
        const whole = new KeptSubject(timeline, options);
        let restored = new KeptSubject(timeline, options);
        let image: MemoryImage = new Map();
        let from = 0;
        for (const to of [...moments, end]) {
          whole.play(from, to);
          expect(restored.play(from, to).record.lines).toEqual(whole.record.lines);
          expect(restored.answers()).toEqual(whole.answers());
          from = to;
          whole.record.lines.length = 0;
          image = saveImage(whole.correlator, image);
          restored = restore(timeline, options, image, to);
          expect(differencesOf(restored.correlator, whole.correlator, NOT_KEPT)).toEqual([]);
        }
      }),
      { numRuns: RUNS, seed: 20240115 },
    );
  }, 300_000);
});

describe('an image that is handed over while frames are applied', () => {
  it.each([
    ['roomy', ROOMY],
    ['tight', TIGHT],
    ['tight, and with a ledger of small slabs that come round', { ...TIGHT, maxMessages: 60, ledger: SMALL_SLABS }],
  ])(
    'is that of the last of them, with tables: %s',
    (_, options) => {
      fc.assert(
        fc.property(fc.nat(1_000_000), fc.array(roundsAfter, { minLength: 1, maxLength: 3 }), (seed, cuts) => {
          const timeline = new Timeline(seed);
          const end = timeline.frames.length;
          const subject = new KeptSubject(timeline, options);
          const random = new Random(seed);
          let image: MemoryImage = new Map();
          let at = 0;
          const play = (frames: number) => {
            const to = Math.min(end, at + frames);
            subject.play(at, to);
            at = to;
          };
          for (const [share, rounds] of cuts) {
            const writer = new MemoryImageWriter(image, true);
            play(Math.floor(share * (end - at)));
            handOver(subject.correlator, writer, rounds, meanwhile(random, play));
            image = writer.sections;
            const restored = restore(timeline, options, image, at);
            expect(differencesOf(restored.correlator, subject.correlator, NOT_KEPT)).toEqual([]);
          }
        }),
        { numRuns: RUNS, seed: 20240115 },
      );
    },
    300_000,
  );
});

describe('positions of messages', () => {
  it('are those of the last frame, when only one came while they were handed over', () => {
    for (let seed = 0; seed < 3; seed++) {
      const timeline = new Timeline(seed, 60);
      const subject = new KeptSubject(timeline, TIGHT);
      let image: MemoryImage = new Map();
      const random = new Random(seed);
      for (let at = 0, next = 0; at < timeline.frames.length; at = next) {
        const writer = new MemoryImageWriter(image, true);
        let turns = random.below(60);
        handOver(subject.correlator, writer, 1, () => {
          if (turns-- === 0) subject.play(at, ++next);
        });
        image = writer.sections;
        const restored = restore(timeline, TIGHT, image, next);
        const exceptions = { ...NOT_KEPT, fields: { 'ChangedLines.sections': 'of the image being written' } };
        const [found, wanted] = [restored, subject].map(({ correlator }) => correlator.meetings.positions);
        expect(differencesOf(found!, wanted!, exceptions)).toEqual([]);
        if (next === at) subject.play(at, ++next);
      }
    }
  }, 300_000);
});

describe('a correlator whose ledger is on the disk but for the newest', () => {
  it('goes on from an image that was handed over while slabs were stored', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 4 }), (seed, rounds) => {
        const timeline = new Timeline(seed, 150);
        const end = timeline.frames.length;
        const sizes = { ...TIGHT, maxMessages: 60, ledger: SMALL_SLABS };
        const whole = new KeptSubject(timeline, sizes);
        const random = new Random(seed);
        const disk = new SlabDisk();
        disk.isSlow = random.chance(0.7);
        whole.correlator.meetings.ledger.store = disk;
        let at = Math.floor(end / 4);
        whole.play(0, at);
        const writer = new MemoryImageWriter(new Map(), true);
        const play = (frames: number) => {
          const to = Math.min(end, at + frames);
          whole.play(at, to);
          at = to;
          if (random.chance(0.3)) disk.finish();
        };
        handOver(whole.correlator, writer, rounds, meanwhile(random, play));
        const restored = new KeptSubject(timeline, sizes, at);
        const names = new MemoryImageReader(writer.sections).names('messages');
        restored.correlator.meetings.ledger.store = disk.restart(names);
        loadImage(restored.correlator, writer.sections);
        whole.record.lines.length = 0;
        expect(restored.play(at, end).record.lines).toEqual(whole.play(at, end).record.lines);
        expect(restored.answers()).toEqual(whole.answers());
      }),
      { numRuns: RUNS, seed: 20240115 },
    );
  }, 300_000);

  it.each([
    ['roomy', ROOMY],
    ['tight', { ...TIGHT, maxMessages: 60 }],
  ])(
    'says what one says that has it in memory, wherever it is interrupted, with %s tables',
    (_, options) => {
      let reads = 0;
      fc.assert(
        fc.property(fc.nat(1_000_000), shares, (seed, cuts) => {
          const timeline = new Timeline(seed, 150);
          const end = timeline.frames.length;
          const moments = cuts.map(share => Math.floor(share * end)).sort((a, b) => a - b);
          const sizes = { ...options, ledger: SMALL_SLABS };
          const whole = new KeptSubject(timeline, sizes);
          let disk = new SlabDisk();
          let restored = new KeptSubject(timeline, sizes);
          restored.correlator.meetings.ledger.store = disk;
          let from = 0;
          for (const to of [...moments, end]) {
            whole.play(from, to);
            expect(restored.play(from, to).record.lines).toEqual(whole.record.lines);
            expect(restored.answers()).toEqual(whole.answers());
            from = to;
            whole.record.lines.length = 0;
            const image = saveImage(restored.correlator);
            reads += disk.reads;
            disk = disk.restart(new MemoryImageReader(image).names('messages'));
            restored = new KeptSubject(timeline, sizes, to);
            restored.correlator.meetings.ledger.store = disk;
            loadImage(restored.correlator, image);
          }
        }),
        { numRuns: RUNS, seed: 20240115 },
      );
      expect(reads).toBeGreaterThan(RUNS);
    },
    300_000,
  );
});

/** Other sizes of all tables, with room for all that a timeline brings. */
const SIZES: readonly Partial<CorrelationOptions>[] = [
  { maxPending: 9000, maxLate: 9000, maxSeen: 400_000, maxMessages: 70_000, maxRecords: 200_000 },
  { maxPending: 300, maxLate: 600, maxSeen: 1000, maxMessages: 700, maxRecords: 500 },
  { maxPending: 5000, maxLate: 1500, maxSeen: 130_000, maxMessages: 20_001 },
  {},
];

describe('an image that is loaded into tables of other sizes', () => {
  it('goes on as if it were not, however often, where all finds room', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.array(fc.tuple(fc.nat(SIZES.length - 1), fc.double({ min: 0, max: 0.4, noNaN: true })), { minLength: 1 }),
        (seed, changes) => {
          const timeline = new Timeline(seed);
          const end = timeline.frames.length;
          const whole = new KeptSubject(timeline, ROOMY);
          let restored = new KeptSubject(timeline, ROOMY);
          let from = 0;
          for (const [size, share] of changes) {
            const to = Math.min(from + Math.floor(share * end), end);
            whole.play(from, to);
            expect(restored.play(from, to).record.lines).toEqual(whole.record.lines);
            const image = saveImage(restored.correlator);
            restored = restore(timeline, { ...ROOMY, ...SIZES[size] }, image, to);
            expect(withoutLimits(restored.answers())).toEqual(withoutLimits(whole.answers()));
            whole.record.lines.length = 0;
            from = to;
          }
          expect(restored.play(from, end).record.lines).toEqual(whole.play(from, end).record.lines);
          expect(withoutLimits(restored.answers())).toEqual(withoutLimits(whole.answers()));
        },
      ),
      { numRuns: RUNS, seed: 20240115 },
    );
  }, 300_000);

  it('decides early what finds no room, and counts it', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.double({ min: 0, max: 1, noNaN: true }), (seed, share) => {
        const timeline = new Timeline(seed);
        const at = Math.floor(share * timeline.frames.length);
        const whole = new KeptSubject(timeline, ROOMY).play(0, at);
        const restored = restore(timeline, TIGHT, saveImage(whole.correlator), at);
        checkCounts(whole, restored);
        restored.play(at, timeline.frames.length);
        checkAccounts(restored);
        checkBalance([...whole.record.lines, ...restored.record.lines]);
        // And into an image again.
        const again = restore(timeline, TIGHT, saveImage(restored.correlator));
        expect(differencesOf(again.correlator, restored.correlator, NOT_KEPT)).toEqual([]);
      }),
      { numRuns: RUNS, seed: 20240115 },
    );
  }, 300_000);
});

function withoutLimits(answers: ReturnType<KeptSubject['answers']>): object {
  return { ...answers, tiers: answers.tiers.map(tier => ({ ...tier, limit: 0 })) };
}

function checkCounts(whole: KeptSubject, restored: KeptSubject): void {
  const [before, after] = [whole.correlator, restored.correlator];
  expect(after.rows.count).toBe(Math.max(before.rows.count - after.expiry.evicted, 0));
  expect(after.rows.count).toBeLessThanOrEqual(TIGHT.maxPending);
  expect(after.late.count).toBeLessThanOrEqual(TIGHT.maxLate);
  expect(after.late.count + after.late.evicted).toBeGreaterThanOrEqual(before.late.count);
  const [had, has] = [before.meetings.ledger, after.meetings.ledger];
  expect(has.count).toBeLessThanOrEqual(TIGHT.maxMessages);
  expect(has.count + has.evicted).toBeGreaterThanOrEqual(had.count);
}

function checkAccounts({ correlator }: KeptSubject): void {
  const { received, ...fates } = correlator.fates.stats(correlator.undecided);
  expect(FATES.reduce((sum, name) => sum + fates[name], 0)).toBe(received);
  expect(FATES.filter(name => fates[name] < 0)).toEqual([]);
}

/** Nothing is taken back that was never given. */
function checkBalance(lines: readonly string[]): void {
  const sums = new Map<string, number>();
  for (const line of lines.filter(one => one.startsWith('{'))) {
    const { sign, count, kind, source, target } = JSON.parse(line.slice(0, line.indexOf('}') + 1)) as {
      [field: string]: number;
    };
    const edge = `${source} ${kind} ${target}`;
    sums.set(edge, (sums.get(edge) ?? 0) + sign! * count!);
  }
  expect([...sums].filter(([, sum]) => sum < 0)).toEqual([]);
}

describe('an image', () => {
  it('is tested with everything in use', () => {
    const used = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const timeline = new Timeline(seed);
      const subject = new KeptSubject(timeline, ROOMY);
      for (let at = 0; at < timeline.frames.length; at += 5) {
        subject.play(at, at + 5);
        for (const name of saveImage(subject.correlator).keys()) used.add(name.replace(/\/\d+$/, ''));
      }
    }
    expect([...used].sort()).toEqual([
      'change-writers/state',
      'change-writers/words',
      'checkup/counts',
      'checkup/found',
      'checkup/state',
      'correlate/arrivals',
      'correlate/budget',
      'correlate/crossings',
      'correlate/decisions',
      'correlate/expiry',
      'correlate/fates',
      'correlate/inners',
      'correlate/late_joins',
      'correlate/log-rows',
      'correlate/logs',
      'correlate/outbox-events',
      'correlate/outers',
      'correlate/records',
      'correlate/scopes',
      'correlate/windows',
      'correlate/writers',
      'late/buckets',
      'late/index/entries',
      'late/line-versions',
      'late/state',
      'late/waiters',
      'late/words',
      'ledger-buckets/entries',
      'ledger-buckets/table',
      'ledger-chains/next',
      'ledger-chains/tags',
      'ledger/index',
      'ledger/line-versions',
      'ledger/state',
      'ledger/words',
      'links/buckets',
      'links/index/line-versions',
      'links/line-versions',
      'links/words',
      'log-spans/entries',
      'log-spans/state',
      'log-spans/table',
      'outbox-events/state',
      'outbox-events/words',
      'positions/line-versions',
      'positions/state',
      'positions/words',
      'record-contexts/state',
      'record-contexts/words',
      'records/entries',
      'records/state',
      'records/table',
      'rows/line-versions',
      'rows/places/above',
      'rows/places/line-versions',
      'rows/places/placed',
      'rows/state',
      'rows/words',
      'seen/entries',
      'seen/state',
      'seen/table',
      'trace-writes/state',
      'trace-writes/words',
      'transactions/state',
      'transactions/words',
    ]);
  });

  it('gets tables that hold still from the one before, also after it was loaded', () => {
    const options = { ...ROOMY, maxPending: 40_000, maxLate: 100_000 };
    const timeline = new Timeline(11);
    const subject = new KeptSubject(timeline, options).play(0, timeline.frames.length);
    expect(subject.correlator.rows.count).toBe(0);
    const first = saveImage(subject.correlator);
    expect(writtenAfter(subject, first)).toEqual([]);
    expect(writtenAfter(restore(timeline, options, first), first)).toEqual([]);
    // Elsewhere they stand differently, under the same names.
    const other = restore(timeline, ROOMY, first);
    const moved = [
      'late/buckets',
      'late/words',
      'links/buckets',
      'links/words',
      'rows/places/above',
      'rows/places/placed',
      'rows/words',
    ].map(one => `${one}/000000`);
    expect(writtenAfter(other, first)).toEqual(moved);
    expect(writtenAfter(restore(timeline, ROOMY, saveImage(other.correlator, first)), first)).toEqual(moved);
    // Rows that live, too, as long as nothing changes them.
    const live = new KeptSubject(timeline, options).play(0, 2);
    const before = saveImage(live.correlator);
    expect(writtenAfter(live, before)).toEqual([]);
    live.play(2, 6);
    expect(writtenAfter(live, before)).toContain('rows/words/000000');
  });

  it('is read where rows say in their state that they are placed, and tables have lines', () => {
    let placed = 0;
    for (let seed = 0; seed < 8; seed++) {
      const timeline = new Timeline(seed);
      const at = Math.floor(timeline.frames.length / 2);
      const subject = new KeptSubject(timeline, ROOMY).play(0, at);
      const image = asBefore(saveImage(subject.correlator));
      const restored = restore(timeline, ROOMY, image, at);
      const versions = { 'ChangedEntries.versions': 'of this process', 'ChangedEntries.logged': 'to be written anew' };
      const marks = { 'ChangedLines.marks': 'to be written anew', 'ChangedLines.versions': 'of this process' };
      const fields = { ...NOT_KEPT.fields, ...versions, ...marks };
      expect(differencesOf(restored.correlator, subject.correlator, { ...NOT_KEPT, fields })).toEqual([]);
      for (const bits of wordsIn(image, 'rows/words')) placed += bits & PLACED ? 1 : 0;
      const { record, correlator } = subject;
      record.lines.length = 0;
      const end = timeline.frames.length;
      expect(restored.play(at, end).record.lines).toEqual(subject.play(at, end).record.lines);
      expect(correlator.rows.count).toBe(restored.correlator.rows.count);
    }
    expect(placed).toBeGreaterThan(100);
  });

  it('has the windows that held, and other ones hold as soon as they are set', () => {
    const timeline = new Timeline(7);
    const windows = { waitMs: 7000, lateMs: 9000, messageWaitMs: 11_000, onlyCluster: 'other' };
    const whole = new KeptSubject(timeline, ROOMY).play(0, 5);
    whole.correlator.setWindows(windows);
    const restored = restore(timeline, ROOMY, saveImage(whole.correlator));
    expect(restored.correlator.expiry.waitMs).toBe(7000);
    expect(differencesOf(restored.correlator, whole.correlator, NOT_KEPT)).toEqual([]);
    const asAtFirst = restore(timeline, ROOMY, saveImage(whole.correlator)).correlator;
    asAtFirst.setWindows(ROOMY);
    expect(asAtFirst.expiry.waitMs).toBe(ROOMY.waitMs);
  });

  it('is refused where a table has another size than it says', () => {
    const timeline = new Timeline(3);
    const image = new Map(saveImage(new KeptSubject(timeline, ROOMY).play(0, 9).correlator));
    image.set('seen/table/000000', { bytes: new Uint8Array(8), version: undefined });
    const load = new KeptSubject(timeline, ROOMY).correlator.load(new MemoryImageReader(image));
    expect(() => [...load]).toThrow('seen/table/000000 has 8 bytes');
  });
});

/** Pieces of tables with versions that a save would write. */
/** The image as a program from before wrote it: what is found of places stood beside the rows in the same pieces. */
function asBefore(image: MemoryImage): MemoryImage {
  const before = new Map(image);
  const put = (name: string, bytes: Uint8Array) => before.set(name, { bytes, version: undefined });
  const words = wordsIn(image, 'rows/words');
  const placed = wordsIn(image, 'rows/places/placed');
  for (let row = 0; row * ROW_WORDS < words.length; row++)
    if (((placed[row >>> 5]! >>> (row & 31)) & 1) !== 0) words[row * ROW_WORDS + STATE]! |= PLACED;
  put('rows/words/000000', new Uint8Array(words.buffer));
  put('rows/above/000000', image.get('rows/places/above/000000')!.bytes);
  for (const name of image.keys()) {
    if (name.startsWith('rows/places/')) before.delete(name);
    if (!name.endsWith('/entries')) continue;
    before.delete(name);
    const { versions } = new MemoryImageReader(image).value(name) as { versions: Float64Array };
    put(name.replace(/entries$/, 'line-versions'), serialize(versions));
  }
  return before;
}

/** Of a table that has one piece. */
function wordsIn(image: MemoryImage, name: string): Int32Array {
  expect(image.has(`${name}/000001`)).toBe(false);
  return new Int32Array(new Uint8Array(image.get(`${name}/000000`)!.bytes).buffer);
}

function writtenAfter(subject: KeptSubject, before: MemoryImage): readonly string[] {
  const writer = new MemoryImageWriter(before);
  handOver(subject.correlator, writer);
  const names = [...writer.sections.keys()].filter(name => writer.sections.get(name)!.version !== undefined);
  return names.filter(name => writer.sections.get(name) !== before.get(name)).sort();
}

describe('reasons', () => {
  it('of the normalizer have a number of their own, which images hold', () => {
    const skipped: Record<SkipReason, true> = {
      health_check: true,
      transaction_control: true,
      settings: true,
      explain: true,
      prepare: true,
      session: true,
      grant: true,
      driver_housekeeping: true,
      catalog: true,
      empty: true,
    };
    for (const name of [...Object.keys(skipped), 'invalid_trace_id', 'invalid_span_id'])
      expect(reasonName(reasonNumber(name))).toBe(name);
    expect(reasonName(reasonNumber('never heard of'))).toBe('other');
  });
});
