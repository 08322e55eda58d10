/** Bytes that are no payload are refused, or are a batch: nothing else happens, and not for long. */
import { describe, expect, test } from 'vitest';
import {
  LINK_OWNER,
  LINK_WORDS,
  ObservationBatch,
  POSITION_LINK,
  POSITION_OWNER,
  POSITION_WORDS,
  ROW_WORDS,
} from '../../../src/contract/observation.ts';
import type { FrameDecoder } from '../../../src/storage/frames/decoder.ts';
import { FrameError } from '../../../src/storage/frames/format.ts';
import { generateTraceSet } from '../../oracle/generate.ts';
import { Random } from '../../oracle/random.ts';
import { toRequest } from '../../oracle/requests.ts';
import { saysWhat, Tables } from './batches.ts';

/** Words of a batch per byte of a payload, at most: a row is five bytes or more, and memory doubles. */
const WORDS_A_BYTE = 2 * ROW_WORDS;
const LEAST_WORDS = 256 * ROW_WORDS;

/** A payload with everything in it. */
function payload(seed: number): Uint8Array {
  const tables = new Tables();
  const batch = tables.batchOf([toRequest(generateTraceSet(seed)), toRequest(generateTraceSet(seed + 1))]);
  batch.begin();
  batch.refuse('invalid_trace_id', tables.identities.intern(0, 'prod', ['shop', 'refused']));
  batch.refuse('invalid_span_id', 0);
  batch.end();
  batch.logs = 1000;
  return tables.encoder().encode(batch).slice();
}

/** Decodes, and holds what came out against what a batch is. True for a batch. */
function takesOrRefuses(decoder: FrameDecoder, bytes: Uint8Array, tables: Tables): boolean {
  const into = new ObservationBatch();
  try {
    decoder.decode(bytes, into);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    expect([into.links, into.positions, into.isEmpty]).toEqual([0, 0, true]);
    return false;
  }
  expect(into.words.length).toBeLessThanOrEqual(Math.max(LEAST_WORDS, WORDS_A_BYTE * bytes.length));
  expectBatch(into);
  saysWhat(into, tables);
  return true;
}

/** What the correlator relies on. */
function expectBatch({ rows, links, positions, linkWords, positionWords }: ObservationBatch): void {
  const isRow = (word: number) => word >= 0 && word < rows * ROW_WORDS && word % ROW_WORDS === 0;
  for (let i = 0; i < links; i++) expect(isRow(linkWords[i * LINK_WORDS + LINK_OWNER]!)).toBe(true);
  for (let i = 0; i < positions; i++) {
    const at = i * POSITION_WORDS;
    expect(isRow(positionWords[at + POSITION_OWNER]!)).toBe(true);
    expect(positionWords[at + POSITION_LINK]).toBeGreaterThanOrEqual(0);
    expect(positionWords[at + POSITION_LINK]).toBeLessThanOrEqual(links);
  }
}

describe('bytes that are no payload', () => {
  test('because they are cut, are refused', () => {
    for (const seed of [3, 30, 300]) {
      const bytes = payload(seed);
      const tables = new Tables();
      const decoder = tables.decoder();
      for (let end = 0; end < bytes.length; end++) {
        expect(takesOrRefuses(decoder, bytes.subarray(0, end), tables), `first ${end} bytes`).toBe(false);
      }
      expect(takesOrRefuses(decoder, bytes, tables)).toBe(true);
      expect(takesOrRefuses(decoder, Uint8Array.of(...bytes, 0), tables), 'one byte more').toBe(false);
    }
  });

  test('because a bit is flipped, are refused or a batch', () => {
    for (const seed of [4, 40]) {
      const bytes = payload(seed);
      const tables = new Tables();
      const decoder = tables.decoder();
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        takesOrRefuses(decoder, bytes, tables);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
      }
      expect(takesOrRefuses(decoder, bytes, tables)).toBe(true);
    }
  });

  test('because pieces are overwritten, moved or random, are refused or a batch', () => {
    const random = new Random(7);
    const tables = new Tables();
    const decoder = tables.decoder();
    for (let round = 0; round < 20_000; round++) {
      const bytes = round % 2 === 0 ? HOSTILE.slice() : new Uint8Array(random.below(200));
      if (round % 2 === 1) for (let i = 0; i < bytes.length; i++) bytes[i] = random.below(256);
      if (round % 4 === 1) bytes.set([1, 1, 0, 0, 0, 0].slice(0, bytes.length));
      for (let i = random.below(4); i >= 0; i--) {
        const [from, to] = [random.below(bytes.length + 1), random.below(bytes.length + 1)];
        if (random.chance(0.5)) bytes.copyWithin(to, from, from + random.below(40));
        else bytes.fill(random.below(2) * 255, from, from + random.below(10));
      }
      takesOrRefuses(decoder, bytes, tables);
    }
  });

  test('because they are of another format, are refused by its number', () => {
    const decoder = new Tables().decoder();
    expect(() => decoder.decode(Uint8Array.of(9, 0, 0, 0, 0, 0), new ObservationBatch())).toThrow(/format 9/);
  });

  test('because they tell more rows than they have bytes, take no memory', () => {
    const tables = new Tables();
    for (const count of [
      [255, 255, 255, 127],
      [255, 255, 255, 255, 7],
      [255, 255, 255, 255, 15],
    ]) {
      for (let place = 0; place < 4; place++) {
        const counts = [[0], [0], [0], [0]];
        counts[place] = count;
        expect(takesOrRefuses(tables.decoder(), Uint8Array.of(1, ...counts.flat(), 0, 0, 0), tables)).toBe(false);
      }
    }
  });
});

const HOSTILE = payload(5);
