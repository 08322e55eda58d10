/** Records, changes and progress of a batch come back, beside spans or alone; payloads of before there were any do, too. */
import { expect, test } from 'vitest';
import { ObservationBatch } from '../../../src/contract/observation.ts';
import { RECORD_TIME } from '../../../src/contract/record-rows.ts';
import { RecordNormalizer } from '../../../src/normalize/records.ts';
import { callOf } from '../../cli/analyze-calls.ts';
import { randomProgress, randomRecord } from '../../kits/random-records.ts';
import { generateTraceSet } from '../../oracle/generate.ts';
import { Random } from '../../oracle/random.ts';
import { toRequest } from '../../oracle/requests.ts';
import { saysWhat, Tables } from './batches.ts';

const SEEDS = 500;

function addRecords(batch: ObservationBatch, tables: Tables, seed: number): void {
  const random = new Random(seed);
  const normalizer = new RecordNormalizer(tables.identities);
  batch.begin();
  for (let left = random.below(20); left > 0; left--) {
    normalizer.add(randomRecord(random), { environment: '', databases: { orders: 'db' } }, batch);
  }
  for (let left = random.below(5); left > 0; left--) batch.recordRows.progress.push(randomProgress(random));
  batch.end();
}

test(`records come back with everything they said (seeds to ${SEEDS})`, () => {
  const here = new Tables();
  const there = Tables.withOthers();
  const [encoder, decoder] = [here.encoder(), there.decoder()];
  const decoded = new ObservationBatch();
  for (let seed = 0; seed < SEEDS; seed++) {
    const batch = seed % 3 === 0 ? new ObservationBatch() : here.batchOf([toRequest(generateTraceSet(seed))]);
    addRecords(batch, here, seed);
    decoder.decode(encoder.encode(batch), decoded);
    expect(saysWhat(decoded, there), `seed ${seed}`).toEqual(saysWhat(batch, here));
  }
});

test('a request that is taken out leaves no record behind', () => {
  const here = new Tables();
  const batch = new ObservationBatch();
  addRecords(batch, here, 3);
  const before = saysWhat(batch, here);
  batch.begin();
  new RecordNormalizer(here.identities).add(randomRecord(new Random(1)), { environment: '', databases: {} }, batch);
  batch.recordRows.progress.push(randomProgress(new Random(1)));
  batch.rollback();
  expect(saysWhat(batch, here)).toEqual(before);
});

test('any time comes back', () => {
  const here = new Tables();
  const batch = new ObservationBatch();
  const times = [0, 1, -1, 0.5, 1e300, Number.POSITIVE_INFINITY, 2 ** 52 - 1, 1_764_000_000_000_000, 1];
  for (const time of times) batch.recordRows.floats[(batch.recordRows.pushRecord() + RECORD_TIME) >> 1] = time;
  // The floats may have moved.
  times.forEach((time, i) => {
    batch.recordRows.floats[(i * 26 + RECORD_TIME) >> 1] = time;
  });
  const decoded = new ObservationBatch();
  here.decoder().decode(here.encoder().encode(batch), decoded);
  expect(saysWhat(decoded, here)).toEqual(saysWhat(batch, here));
});

/** A request with a call, as it was written before frames held records. */
const OF_BEFORE =
  'AQIAAAAAAwAAAAABAAAAAAAAABEAAACAgMOelryHBognAAAAAQAAAAEMd2ViAAABGAAAAAASAAAAAIgnAQABAhACEHNob3AAAQI=';

test('a payload of before there were records is read as it was', () => {
  const here = new Tables();
  const batch = here.batchOf([callOf(1, Date.UTC(2024, 0, 15))]);
  const decoded = new ObservationBatch();
  here.decoder().decode(Buffer.from(OF_BEFORE, 'base64'), decoded);
  expect(saysWhat(decoded, here)).toEqual(saysWhat(batch, here));
});

/** A record and a position, as they were written before positions told of backlogs. */
const WITHOUT_BACKLOGS =
  'AgAAAAAAAQMBggMA0A8M3zW/kVpteAEAAAABEHNob3ACAQACFGthZmthAAMUb3RoZXInAAEAAAAAAAAAAAAAAAAABwAAAAAAAAACAAAAAMhOZ23Bu0MD' +
  'AgAAAAEEGHB1YmxpYwUYb3JkZXJzKgQAAAAEKgYUw6kvJUAAZMdxxSuSiiMEAAAAAAAAAAAAAAAAAAAHAAAAAAAAAAEAAAAABQoHFG15c3FsAAEABgIA' +
  'CBRVc2VycwkEYbwBgICAgICACA==';

test('a payload of before there were backlogs is read as it was', () => {
  const here = new Tables();
  const batch = new ObservationBatch();
  const random = new Random(3);
  batch.begin();
  new RecordNormalizer(here.identities).add(randomRecord(random), { environment: '', databases: {} }, batch);
  const { reachedMs: _, ...at } = randomProgress(random);
  batch.recordRows.progress.push(at);
  batch.end();
  const decoded = new ObservationBatch();
  here.decoder().decode(Buffer.from(WITHOUT_BACKLOGS, 'base64'), decoded);
  expect(saysWhat(decoded, here)).toEqual(saysWhat(batch, here));
});
