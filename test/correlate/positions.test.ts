/** The ring of positions: it grows, forgets what has no owner, and its numbers may wrap. */
import { describe, expect, it } from 'vitest';
import { OWNER, Positions } from '../../src/correlate/positions.ts';

describe('positions', () => {
  it('are found by their number while their rows live, as the ring grows', () => {
    const positions = new Positions(10_000);
    const numbers = Array.from({ length: 5000 }, (_, owner) => {
      positions.push(owner + 1, 0, 0);
      return positions.newest;
    });
    positions.dropUntil(owner => owner > 1000);
    const owners = numbers.map(number => positions.at(number)).map(at => (at < 0 ? 0 : positions.words[at + OWNER]));
    expect(owners).toEqual(Array.from({ length: 5000 }, (_, i) => (i < 1000 ? 0 : i + 1)));
  });

  it('are found beyond 2^31 of them', () => {
    const positions = new Positions(1000);
    Object.assign(positions, { oldest: 2 ** 31 - 3, next: 2 ** 31 - 3 });
    const found = Array.from({ length: 8 }, (_, owner) => {
      positions.push(owner + 1, 0, 0);
      return positions.words[positions.at(positions.newest) + OWNER];
    });
    expect(found).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    positions.dropUntil(owner => owner > 6);
    expect(positions.at(2 ** 31 - 3)).toBe(-1);
    expect(positions.at(positions.newest)).toBeGreaterThanOrEqual(0);
  });
});
