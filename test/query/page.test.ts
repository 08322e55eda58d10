import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, pageOf } from '../../src/query/page.ts';

const ids = fc
  .uniqueArray(fc.string({ unit: 'grapheme' }), { maxLength: 40 })
  .map(list => list.sort().map(id => ({ id })));

describe('pageOf', () => {
  it('gives every item once, whatever the page size', () => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 10 }), (items, limit) => {
        const seen: { id: string }[] = [];
        let after: string | undefined;
        for (;;) {
          const page = pageOf(items, 'nodes', after, limit);
          seen.push(...page.items);
          if (page.next === null) break;
          after = decodeCursor('nodes', page.next);
          expect(after).toBe(page.items.at(-1)?.id);
        }
        expect(seen).toEqual(items);
      }),
    );
  });

  it('goes on after an item that is gone', () => {
    const before = ['a', 'b', 'd'].map(id => ({ id }));
    const after = ['a', 'c', 'd'].map(id => ({ id }));
    expect(pageOf(before, 'x', undefined, 2).items.map(item => item.id)).toEqual(['a', 'b']);
    expect(pageOf(after, 'x', 'b', 2).items.map(item => item.id)).toEqual(['c', 'd']);
  });

  it('knows cursors of its own list only', () => {
    const cursor = encodeCursor('nodes', 'service:ä/😀');
    expect(decodeCursor('nodes', cursor)).toBe('service:ä/😀');
    for (const wrong of [encodeCursor('edges', 'x'), '', 'nodes', `${cursor}=`, '%%%']) {
      expect(decodeCursor('nodes', wrong)).toBeUndefined();
    }
  });
});
