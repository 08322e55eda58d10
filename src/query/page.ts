/**
 * Pages of a list sorted by id. A cursor names the last item seen, not a position, so it stays good when items come
 * and go between two pages: nothing that was there all the time is left out or seen twice.
 */

export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page; null on the last one. */
  readonly next: string | null;
}

/** Up to `limit` items after the id `after`; `scope` marks the cursor as one of this list. */
export function pageOf<T extends { readonly id: string }>(
  sorted: readonly T[],
  scope: string,
  after: string | undefined,
  limit: number,
): Page<T> {
  const start = after === undefined ? 0 : indexAfter(sorted, after);
  const items = sorted.slice(start, start + limit);
  const last = items.at(-1);
  const next = last !== undefined && start + limit < sorted.length ? encodeCursor(scope, last.id) : null;
  return { items, next };
}

function indexAfter(sorted: readonly { readonly id: string }[], after: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]!.id <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function encodeCursor(scope: string, lastId: string): string {
  return Buffer.from(`${scope}\n${lastId}`).toString('base64url');
}

/** The last id seen, or undefined when the text is no cursor of this list. */
export function decodeCursor(scope: string, cursor: string): string | undefined {
  const text = Buffer.from(cursor, 'base64url').toString();
  const isOurs = text.startsWith(`${scope}\n`) && encodeCursor(scope, text.slice(scope.length + 1)) === cursor;
  return isOurs ? text.slice(scope.length + 1) : undefined;
}
