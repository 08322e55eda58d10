/** The clock of what feeds the graph: it stands while nothing comes, and nothing is missed meanwhile. */
import { describe, expect, test } from 'vitest';
import { BEGIN_MS, DAY, HOUR, Lived, MINUTE, SECOND } from './lived.ts';

function busy(lived: Lived, ms: number): void {
  for (let end = lived.nowMs + ms; lived.nowMs < end; ) {
    lived.calls('a', 'b');
    lived.calls('c', 'd');
    lived.pass(30 * SECOND, 10 * SECOND);
  }
}

describe('an input that stops', () => {
  test('for 26 hours gives one pair of changes, and nothing is gone by it', () => {
    const lived = new Lived();
    busy(lived, 30 * MINUTE);
    lived.takeTold();
    lived.pass(26 * HOUR, MINUTE);
    expect(lived.told).toEqual(['input.silent spans of prod']);
    lived.calls('a', 'b');
    lived.pass(2 * SECOND, SECOND);
    expect(lived.told).toEqual(['input.silent spans of prod', 'input.resumed spans of prod']);
    const [, { evidence }] = lived.changes as [unknown, { evidence: { seconds: number; reason: string } }];
    expect(evidence.reason).toBe('no_data');
    expect(evidence.seconds).toBeGreaterThan(26 * 3600 - 120);
    busy(lived, 2 * HOUR);
    expect(lived.told.length).toBe(2);
  });

  test('does not stop the clock of another', () => {
    const lived = new Lived();
    const [x, y] = [lived.service('x', 'staging'), lived.service('y', 'staging')];
    lived.calls(x, y);
    busy(lived, 10 * MINUTE);
    lived.takeTold();
    for (let minute = 0; minute < 90; minute++) {
      lived.calls(x, y);
      lived.pass(MINUTE, 10 * SECOND);
    }
    expect(lived.takeTold().filter(one => !one.endsWith('staging'))).toEqual(['input.silent spans of prod']);
  });

  test('that has always come by the hour is not silent between', () => {
    const lived = new Lived();
    for (let hour = 0; hour < 48; hour++) {
      lived.calls('a', 'b');
      lived.pass(HOUR, MINUTE);
    }
    expect(lived.told.filter(one => one.startsWith('input')).length).toBeLessThanOrEqual(2);
  });
});

describe('while nobody was there', () => {
  test('nothing is missed, and one pair says so', () => {
    const lived = new Lived();
    busy(lived, 30 * MINUTE);
    lived.takeTold();
    lived.sleep(3 * DAY);
    expect(lived.told).toEqual(['input.silent spans of prod']);
    busy(lived, HOUR);
    expect(lived.takeTold()).toEqual(['input.silent spans of prod', 'input.resumed spans of prod']);
  });

  test('and nothing comes afterwards either: still one pair', () => {
    const lived = new Lived();
    busy(lived, 30 * MINUTE);
    lived.takeTold();
    lived.sleep(3 * DAY);
    lived.pass(DAY, MINUTE);
    busy(lived, HOUR);
    expect(lived.changes.map(({ evidence }) => evidence.reason)).toEqual(['down', 'down']);
  });

  test('numbers begin at the time of the first frame', () => {
    const lived = new Lived();
    lived.calls('a', 'b');
    expect(lived.changes[0]!.seq).toBe(BEGIN_MS + 1);
  });
});
