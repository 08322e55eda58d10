/** Many edges of few spans: each of so many calls, in a trace of its own, goes to another host. */
import { client } from '../oracle/cases.ts';
import type { Random } from '../oracle/random.ts';
import type { Span } from '../oracle/span.ts';

export function crowdOf(random: Random, count: number): Span[] {
  return Array.from({ length: count }, (_, i) =>
    client('crowd', i + 1, 0, { traceId: random.hex(32), attributes: { 'server.address': `host-${i}` } }),
  );
}
