/** What becomes of nodes and edges as time passes, and what is told of it. */
import { describe, expect, test } from 'vitest';
import { PUBLISHES } from '../../../src/contract/interaction.ts';
import { TOPIC } from '../../../src/lib/identities.ts';
import { DAY, HOUR, LATE_MS, Lived, MINUTE, SECOND, WAIT_MS } from './lived.ts';

const QUIET_MS = 10 * MINUTE;
const APPEARED = ['node.appeared a', 'node.appeared b', 'edge.appeared a → b'];

/** Something goes on elsewhere, so that the input is not silent. */
function passBusily(lived: Lived, ms: number, stepMs = MINUTE): void {
  for (let end = lived.nowMs + ms; lived.nowMs < end; ) {
    lived.calls('x', 'y');
    lived.pass(Math.min(stepMs, end - lived.nowMs), stepMs);
  }
}

function begun(settings = {}): Lived {
  const lived = new Lived(settings);
  lived.calls('x', 'y');
  lived.takeTold();
  return lived;
}

describe('an edge that appears', () => {
  test('is told in the frame that made it, its ends before', () => {
    const lived = new Lived();
    lived.calls('a', 'b');
    expect(lived.told).toEqual(APPEARED);
    expect(lived.changes.map(({ severity }) => severity)).toEqual(['notice', 'notice', 'notice']);
    const [first, second, third] = lived.changes.map(({ seq }) => seq) as [number, number, number];
    expect([second, third]).toEqual([first + 1, first + 2]);
  });

  test('says what it weighs and what speaks for it', () => {
    const lived = new Lived();
    lived.calls('a', 'b', { error: true, micros: 20_000 });
    expect(lived.changes.at(-1)).toMatchObject({
      before: null,
      after: { count: 1, errors: 1, errorRatio: 1, state: 'active' },
      edge: { kind: 'calls', source: { name: 'a', environment: 'prod' }, target: { name: 'b' } },
      evidence: { kinds: { paired: 1 }, exemplars: [{}] },
      time: new Date(lived.nowMs).toISOString(),
    });
  });

  test('is told once', () => {
    const lived = new Lived();
    for (let n = 0; n < 10; n++) lived.calls('a', 'b');
    passBusily(lived, 10 * MINUTE);
    expect(lived.told.filter(one => !/[xy]/.test(one))).toEqual(APPEARED);
  });

  test('as the guess from one span only when no partner can come any more', () => {
    const lived = begun();
    lived.calls('a', 'b', { proof: ['client_span'] });
    passBusily(lived, WAIT_MS + LATE_MS - MINUTE);
    expect(lived.told).toEqual([]);
    expect(lived.state(1)).toBe('candidate');
    passBusily(lived, 3 * MINUTE);
    expect(lived.told).toEqual(APPEARED);
    expect(lived.state(1)).toBe('active');
  });

  test('of a guess that is taken back: not at all', () => {
    const lived = begun();
    const guess = lived.call('a', 'b', { proof: ['client_span'] });
    lived.tick();
    lived.pass(WAIT_MS);
    lived.takeBack(guess);
    passBusily(lived, HOUR);
    expect(lived.told).toEqual([]);
  });

  test('at a topic of unknown cluster after the wait of the correlation', () => {
    const lived = begun();
    const topic = lived.identities.intern(TOPIC, 'prod', ['kafka', '', 'orders']);
    lived.calls('a', topic, { kind: PUBLISHES });
    lived.pass(WAIT_MS - SECOND, SECOND);
    expect(lived.told).toEqual([]);
    lived.pass(3 * SECOND, SECOND);
    expect(lived.told).toEqual(['node.appeared a', 'node.appeared orders', 'edge.appeared a → orders']);
  });

  test('only after as many interactions as are asked for', () => {
    const lived = begun({ confirm: 3 });
    lived.calls('a', 'b');
    lived.calls('a', 'b');
    expect(lived.told).toEqual([]);
    lived.calls('a', 'b');
    lived.pass(SECOND, SECOND);
    expect(lived.told).toEqual(APPEARED);
  });
});

describe('an edge that stays away', () => {
  test('fades, is gone with its nodes, and returns', () => {
    const lived = begun();
    for (let n = 0; n < 5; n++) {
      lived.calls('a', 'b');
      passBusily(lived, MINUTE);
    }
    lived.takeTold();
    passBusily(lived, HOUR + MINUTE);
    expect(lived.takeTold()).toEqual(['edge.fading a → b']);
    expect(lived.state(1)).toBe('fading');
    passBusily(lived, 23 * HOUR);
    expect(lived.takeTold()).toEqual(['edge.gone a → b', 'node.gone a', 'node.gone b']);
    expect([lived.state(1), lived.nodeState(2)]).toEqual(['gone', 'gone']);
    passBusily(lived, QUIET_MS);
    lived.calls('a', 'b');
    passBusily(lived, 2 * MINUTE);
    expect(lived.changes.map(({ evidence }) => evidence.returned)).toEqual([true, true, true]);
    expect(lived.takeTold()).toEqual(APPEARED);
  });

  test('and comes back while it fades is active again', () => {
    const lived = begun();
    lived.calls('a', 'b');
    passBusily(lived, 2 * HOUR);
    lived.takeTold();
    lived.calls('a', 'b');
    passBusily(lived, 2 * MINUTE);
    expect(lived.takeTold()).toEqual(['edge.active a → b']);
  });

  test('weighs before what it was told to weigh last', () => {
    const lived = begun();
    lived.calls('a', 'b');
    for (let n = 0; n < 6; n++) lived.calls('a', 'b');
    passBusily(lived, HOUR + MINUTE);
    expect(lived.changes.at(-1)).toMatchObject({
      before: { count: 1, state: 'active' },
      after: { count: 7, state: 'fading' },
    });
  });

  test('of which all was taken back is retracted, once', () => {
    const lived = begun();
    const only = lived.call('a', 'b');
    lived.tick();
    lived.takeTold();
    lived.takeBack(only);
    passBusily(lived, HOUR);
    expect(lived.takeTold()).toEqual(['edge.retracted a → b']);
    passBusily(lived, 2 * DAY);
    expect(lived.takeTold()).toEqual(['node.gone a', 'node.gone b']);
  });
});

describe('what is rare, or comes and goes', () => {
  test('one call a day does not flap', () => {
    const lived = begun();
    for (let day = 0; day < 10; day++) {
      lived.calls('a', 'b');
      passBusily(lived, DAY);
    }
    const told = lived.takeTold();
    expect(told).toEqual([...APPEARED, 'edge.fading a → b', 'edge.active a → b']);
    expect(lived.state(1)).toBe('active');
  });

  test('ten crossings in the quiet period: at most one removal and one addition', () => {
    const lived = begun({ fadeAfterMs: MINUTE, goneAfterMs: 2 * MINUTE, quietMs: 3 * HOUR });
    for (let n = 0; n < 8; n++) {
      lived.calls('a', 'b');
      passBusily(lived, 30 * SECOND, 30 * SECOND);
    }
    passBusily(lived, 3 * HOUR);
    lived.takeTold();
    for (let n = 0; n < 10; n++) {
      lived.calls('a', 'b');
      passBusily(lived, 12 * MINUTE);
    }
    const told = lived.takeTold().filter(one => one.endsWith('a → b'));
    expect(told.filter(one => one.startsWith('edge.gone')).length).toBeLessThanOrEqual(1);
    expect(told.filter(one => one.startsWith('edge.appeared')).length).toBeLessThanOrEqual(1);
  });

  test('what happened last week does not look like now', () => {
    const lived = begun();
    for (let n = 0; n < 100; n++) lived.calls('a', 'b', { atMs: lived.nowMs - 7 * DAY + n * MINUTE });
    passBusily(lived, HOUR);
    expect(lived.told).toEqual([]);
    expect(lived.state(1)).toBe('candidate');
    passBusily(lived, 3 * DAY);
    expect(lived.told).toEqual([]);
    expect(lived.state(1)).toBe('gone');
  });

  test('replayed traffic of last week does not keep an edge alive', () => {
    const lived = begun();
    for (let n = 0; n < 5; n++) {
      lived.calls('a', 'b');
      passBusily(lived, MINUTE);
    }
    lived.takeTold();
    for (let hour = 0; hour < 26; hour++) {
      lived.calls('a', 'b', { atMs: lived.nowMs - 7 * DAY });
      passBusily(lived, HOUR);
    }
    expect(lived.told.slice(0, 2)).toEqual(['edge.fading a → b', 'edge.gone a → b']);
  });
});

describe('the first day', () => {
  test('of 400 services brings nothing but baseline', () => {
    const lived = new Lived({ learnMs: DAY });
    for (let n = 0; n < 400; n++) lived.call(`s${n}`, `s${(n * 7 + 1) % 400}`);
    lived.tick();
    for (let hour = 0; hour < 23; hour++) {
      passBusily(lived, HOUR);
      lived.calls('s1', `s${hour}`);
    }
    expect(lived.changes.length).toBeGreaterThan(800);
    expect(lived.changes.filter(({ baseline }) => !baseline)).toEqual([]);
    passBusily(lived, 2 * HOUR);
    lived.takeTold();
    lived.calls('new', 's1');
    expect(lived.changes.map(({ baseline }) => baseline)).toEqual([false, false]);
  });

  test('of another environment is its own', () => {
    const lived = new Lived({ learnMs: DAY });
    passBusily(lived, DAY + HOUR);
    lived.takeTold();
    lived.calls(lived.service('a', 'staging'), lived.service('b', 'staging'));
    lived.calls('c', 'x');
    expect(lived.changes.map(({ baseline }) => baseline)).toEqual([true, true, true, false, false]);
  });
});
