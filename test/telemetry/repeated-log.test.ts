import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RepeatedLog } from '../../src/telemetry/repeated-log.ts';
import { createTestLogger } from '../service/components.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function started() {
  const { logger, lines } = createTestLogger();
  const log = new RepeatedLog(logger);
  const say = (sender: string, message = 'bad') =>
    log.say({ level: 'warn', kind: 'malformed', sender, fields: { outcome: 'malformed' }, message });
  const told = () => lines().map(({ sender, count, msg }) => `${count} ${sender} ${msg}`);
  return { log, say, told };
}

describe('RepeatedLog', () => {
  it('tells the first at once, and how many came after it once a minute', () => {
    const { say, told } = started();
    for (let i = 0; i < 1000; i++) say('10.0.0.3', `bad ${i}`);
    expect(told()).toEqual(['1 10.0.0.3 bad 0']);
    vi.advanceTimersByTime(60_000);
    expect(told().slice(1)).toEqual(['999 10.0.0.3 bad 999']);
    vi.advanceTimersByTime(120_000);
    expect(told()).toHaveLength(2);
    say('10.0.0.3');
    expect(told().at(-1)).toBe('1 10.0.0.3 bad');
  });

  it('keeps senders apart, as long as they are not too many', () => {
    const { say, told } = started();
    for (let i = 0; i < 10_000; i++) say(`10.0.${i >> 8}.${i & 255}`);
    expect(told()).toHaveLength(51);
    expect(told().at(-1)).toBe('1 (others) bad');
    vi.advanceTimersByTime(60_000);
    expect(told().slice(51)).toEqual(['9949 (others) bad']);
  });

  it('leaves nothing untold at the end', () => {
    const { log, say, told } = started();
    say('a');
    say('a');
    log.flush();
    expect(told()).toEqual(['1 a bad', '1 a bad']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('cuts what a sender can make long', () => {
    const { say, told } = started();
    say('a', 'x'.repeat(100_000));
    expect(told()[0]!.length).toBeLessThan(400);
  });
});
