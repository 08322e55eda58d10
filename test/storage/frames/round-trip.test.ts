/** What a frame's payload says is what the batch said, also to a process whose tables are others. */
import { describe, expect, test } from 'vitest';
import {
  ADJUSTED,
  DURATION,
  GROUP,
  INSTANCE,
  LINK,
  LINK_OWNER,
  LINK_TOPIC,
  MESSAGES,
  ObservationBatch,
  PEER,
  POSITION_LINK,
  POSITION_OFFSET,
  POSITION_OWNER,
  PRODUCER,
  SERVICE,
  SHAPE,
  SPAN,
  START,
  TARGET,
} from '../../../src/contract/observation.ts';
import { EXTERNAL, isUnnamed, SERVICE as SERVICE_KIND, TOPIC } from '../../../src/lib/identities.ts';
import { cleanName } from '../../../src/lib/names.ts';
import type { Plan } from '../../../src/lib/plans.ts';
import { generateTraceSet } from '../../oracle/generate.ts';
import { generateLogs } from '../../oracle/logs.ts';
import { disorder, splitRequests, toRequest, withLogs } from '../../oracle/requests.ts';
import { saysWhat, Tables } from './batches.ts';

const SEEDS = 2000;

describe('the payload of a frame', () => {
  test(`says what the batch of any trace set says (seeds to ${SEEDS})`, () => {
    const here = new Tables();
    const there = Tables.withOthers();
    const encoder = here.encoder();
    const decoder = there.decoder();
    const decoded = new ObservationBatch();
    for (let seed = 0; seed <= SEEDS; seed++) {
      const spans = generateTraceSet(seed);
      const logs = seed % 3 === 0 ? generateLogs(seed, spans) : [];
      const order = seed % 2 === 0 ? [toRequest(spans)] : splitRequests(disorder(spans, seed), seed);
      const requests = withLogs(order, logs, seed);
      const batch = here.batchOf(requests);
      const bytes = encoder.encode(batch);
      decoder.decode(bytes, decoded);
      expect(saysWhat(decoded, there), `seed ${seed}`).toEqual(saysWhat(batch, here));
      // What is decoded is a batch like any other.
      if (seed % 10 > 0) continue;
      const [again, further] = goThere(decoded, there, new Tables());
      expect(saysWhat(again, further), `seed ${seed}, once more`).toEqual(saysWhat(batch, here));
    }
  }, 120_000);

  test('gives a process its own numbers again', () => {
    const here = new Tables();
    const encoder = here.encoder();
    const decoder = here.decoder();
    const decoded = new ObservationBatch();
    for (let seed = 0; seed <= SEEDS; seed += 10) {
      const batch = here.batchOf([toRequest(generateTraceSet(seed))]);
      const sizes = () => [here.identities.size, here.plans.size, here.groups.length];
      const before = sizes();
      decoder.decode(encoder.encode(batch), decoded);
      expect(sizes()).toEqual(before);
      for (let row = 0; row < batch.rows * 24; row += 24) {
        expect(decoded.words.subarray(row, row + 20)).toEqual(batch.words.subarray(row, row + 20));
      }
    }
  });

  test('leaves the room before it to the caller', () => {
    const here = new Tables();
    const batch = here.batchOf([toRequest(generateTraceSet(1))]);
    const bare = here.encoder().encode(batch).slice();
    const encoder = here.encoder();
    expect(encoder.encode(batch, 1000).subarray(1000)).toEqual(bare);
    expect(encoder.encode(batch, 7).subarray(7)).toEqual(bare);
  });
});

/** A batch by hand: the changed words of each row. */
function batchOfRows(...rows: readonly Readonly<Record<number, number>>[]): ObservationBatch {
  const batch = new ObservationBatch();
  rows.forEach((changed, i) => {
    const row = batch.pushRow();
    batch.words.fill(0, row, row + 20);
    batch.words.set([1, 2, 3, 4, 5, i], row);
    batch.words[row + MESSAGES] = 1;
    batch.ratios[row + ADJUSTED] = 1;
    for (const [word, value] of Object.entries(changed)) batch.words[row + Number(word)] = value;
  });
  return batch;
}

/** As another process reads it. */
function goThere(batch: ObservationBatch, here: Tables, there = Tables.withOthers()): [ObservationBatch, Tables] {
  const decoded = new ObservationBatch();
  there.decoder().decode(here.encoder().encode(batch), decoded);
  return [decoded, there];
}

function expectSame(batch: ObservationBatch, here = new Tables()): void {
  const [decoded, there] = goThere(batch, here);
  expect(saysWhat(decoded, there)).toEqual(saysWhat(batch, here));
}

describe('a batch comes back', () => {
  test('empty', () => {
    expectSame(new ObservationBatch());
  });

  test('with nothing but refusals and log records', () => {
    const here = new Tables();
    const batch = new ObservationBatch();
    const [one, two] = ['a', 'b'].map(name => here.identities.intern(SERVICE_KIND, 'prod', ['', name]));
    batch.refuse('invalid_trace_id', one!);
    batch.refuse('invalid_span_id', 0);
    batch.refuse('another_reason', one!);
    for (let i = 0; i < 1000; i++) batch.refuse('invalid_trace_id', two!);
    batch.end();
    batch.logs = 2 ** 40;
    expectSame(batch, here);
  });

  test('with any time', () => {
    const times = [
      1_764_000_000_000_000.5,
      0,
      -0,
      -1,
      1,
      2 ** 52,
      2 ** 52 - 1,
      2 ** 53,
      1e300,
      Number.NaN,
      -1e-9,
      Number.POSITIVE_INFINITY,
      1_764_000_000_000_000,
      0,
    ];
    const batch = batchOfRows(...times.map(() => ({})));
    times.forEach((time, i) => {
      batch.floats[(i * 24 + START) >> 1] = time;
    });
    expectSame(batch);
  });

  test('with any word of any row', () => {
    const extremes = [0, 1, -1, 127, 128, 0x7fffffff, -0x80000000];
    const whole = [DURATION, MESSAGES, ADJUSTED, INSTANCE];
    expectSame(batchOfRows(...whole.flatMap(word => extremes.map(value => ({ [word]: value })))));
    expectSame(batchOfRows(...extremes.flatMap(a => extremes.map(b => ({ 0: a, 1: b })))));
    expectSame(batchOfRows(...extremes.flatMap(a => extremes.map(b => ({ 0: 0, 1: 0, 2: a, 3: b })))));
    expectSame(batchOfRows(...extremes.flatMap(a => extremes.map(b => ({ 4: a, 5: b, 6: b, 7: a })))));
    expectSame(batchOfRows({ [SHAPE]: 0x7fffff07 }, { [SHAPE]: PRODUCER }));
  });

  test('when it is large, and its ids come again', () => {
    const rows = Array.from({ length: 70_000 }, (_, i) => ({
      3: (i * 7919) % 40_009,
      5: i % 50_021,
      6: 5,
      7: (i * 31) % 50_021,
      [INSTANCE]: i % 300,
    }));
    const batch = batchOfRows(...rows);
    const [decoded] = goThere(batch, new Tables());
    for (let row = 0; row < batch.rows * 24; row += 24) {
      const [own, theirs] = [batch, decoded].map(({ words }) => words.subarray(row, row + 20));
      if (own!.some((word, i) => word !== theirs![i])) expect([...theirs!]).toEqual([...own!]);
    }
  });

  test('with more links than rows, and positions of some', () => {
    const here = new Tables();
    const topics = ['a', 'b'].map(name => here.identities.intern(TOPIC, '', ['kafka', '', name]));
    const batch = batchOfRows({}, { [SHAPE]: 4 }, {}, { [SHAPE]: 4 });
    for (const owner of [24, 72]) {
      batch.words[owner + LINK] = batch.links + 1;
      for (let i = 0; i < 5000; i++) {
        const at = batch.pushLink();
        batch.linkWords.set([1, 2, 3, i % 700, i, 6, topics[i % 3] ?? 0, owner], at);
        expect(batch.linkWords[at + LINK_OWNER]).toBe(owner);
        if (i % 3 > 0) continue;
        const position = batch.pushPosition();
        batch.positionWords.set([owner, i % 2 === 0 ? batch.links : 0, i, i % 5, 0, i % 7], position);
      }
    }
    expect([LINK_TOPIC, SPAN, POSITION_OWNER, POSITION_LINK, POSITION_OFFSET]).toEqual([6, 4, 0, 1, 2]);
    expectSame(batch, here);
  });

  test('with names of any length and script', () => {
    const here = new Tables();
    const { identities, normalizer } = here;
    const names = [
      'x'.repeat(400),
      'é'.repeat(300),
      '💬'.repeat(90),
      '\ufeffbom',
      '(other)',
      '(temporary)',
      '~',
      '%/@#',
    ];
    const rows = names.map(cleanName).flatMap(name => [
      { [SERVICE]: identities.intern(SERVICE_KIND, name, [name, name]), [INSTANCE]: -5 },
      {
        [SHAPE]: 4,
        [TARGET]: identities.intern(TOPIC, '', ['', '', name]),
        [GROUP]: normalizer.messaging.groups.numberOf(name),
      },
      { [PEER]: identities.intern(EXTERNAL, 'prod', [name]) },
      { [PEER]: identities.overflow(EXTERNAL), [GROUP]: 1 },
    ]);
    expectSame(batchOfRows(...rows), here);
  });

  test('with identities that found no place, as the numbers they are', () => {
    const here = new Tables(2);
    const topics = ['a', 'b', 'c', 'd'].map(name => here.identities.intern(TOPIC, 'prod', ['kafka', 'main', name]));
    expect(topics.map(isUnnamed)).toEqual([false, false, true, true]);
    const batch = batchOfRows(...topics.map(topic => ({ [SHAPE]: 4, [TARGET]: topic })));
    expectSame(batch, here);
    const [decoded] = goThere(batch, here, new Tables(1));
    expect([0, 24, 48, 72].map(row => isUnnamed(decoded.words[row + TARGET]!))).toEqual([false, true, true, true]);
    expect([48, 72].map(row => decoded.words[row + TARGET])).toEqual(topics.slice(2));
  });
});

describe('a plan comes back', () => {
  const target = { environment: 'prod', system: 'redis', instance: 'cache:7000', database: '0' };
  const long = 'v'.repeat(1000);

  function planOf(here: Tables): Plan {
    const node = here.identities.intern(TOPIC, 'prod', ['redis', '', 'orders']);
    const group = here.normalizer.messaging.groups.numberOf('workers');
    return {
      target,
      tables: [
        { schema: 's', database: 'other', table: 't', access: 1, verbs: ['insert', long], fromStatement: true },
        { schema: '', database: '', table: '', access: 2, verbs: [], fromStatement: false },
      ],
      effects: [
        { node, access: 4, verbs: ['receive'], fromStatement: false, times: 1, group },
        { node: here.identities.overflow(2), access: 0, verbs: ['(other)'], fromStatement: true, times: 70_000 },
        { node, access: 3, verbs: [long, 'send'], fromStatement: false, times: 1, group: 0 },
      ],
      skipReason: 'some_reason',
      gap: 'statement_unreadable',
      overflow: false,
    };
  }

  test('with everything that may be in one', () => {
    const here = new Tables();
    const plan = here.plans.intern(planOf(here));
    const bare = here.plans.intern({ ...planOf(here), tables: [], effects: [], gap: '', skipReason: '' });
    expectSame(batchOfRows({ [SHAPE]: 5, [TARGET]: plan }, { [SHAPE]: 5, [TARGET]: bare }, { [SHAPE]: 5 }), here);
  });

  test('under the number of the same plan there', () => {
    const [here, there] = [new Tables(), Tables.withOthers()];
    const plan = here.plans.intern(planOf(here));
    const known = there.plans.intern(planOf(there));
    const [decoded] = goThere(batchOfRows({ [SHAPE]: 5, [TARGET]: plan }), here, there);
    expect(decoded.words[TARGET]).toBe(known);
  });

  test('as that of its shape, where it finds no place', () => {
    const [here, there] = [new Tables(), new Tables()];
    there.plans.setLimit(0, 0);
    const plan = here.plans.intern(planOf(here));
    const [decoded] = goThere(batchOfRows({ [SHAPE]: 5, [TARGET]: plan }), here, there);
    const { overflow, target: kept, effects } = there.plans.get(decoded.words[TARGET]!);
    expect([overflow, kept.system, kept.instance]).toEqual([true, 'redis', '']);
    expect(effects.map(({ access, times }) => [access, times])).toEqual([
      [3, 1],
      [4, 1],
      [0, 70_000],
    ]);
  });
});
