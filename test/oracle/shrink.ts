/** Makes a failing trace set small enough to read. */
import type { Span } from './span.ts';

/** Drops spans one by one as long as `fails` stays true; `fails(spans)` must be true to begin with. */
export async function shrinkSpans(
  spans: readonly Span[],
  fails: (spans: readonly Span[]) => Promise<boolean>,
): Promise<readonly Span[]> {
  for (let i = 0; i < spans.length; i++) {
    const fewer = spans.toSpliced(i, 1);
    if (await fails(fewer)) return shrinkSpans(fewer, fails);
  }
  return spans;
}
