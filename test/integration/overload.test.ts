/** Three times as much as it can take: test/slow has the same for five minutes. */
import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../kits/overload/expect.ts';
import { overload } from '../kits/overload/scenario.ts';

const FLOOD = { factor: 3, durationMs: 15_000, connections: 100, bodySpans: 1_000 };

/** Half a minute each on two cores of one's own; much longer on shared ones. */
describe('at three times the sustainable rate', { timeout: 300_000 }, () => {
  it.each(['http', 'grpc'] as const)(
    'over %s: refuses with a delay, loses nothing it acknowledged, recovers',
    async proto => {
      const report = await overload({ ...FLOOD, proto });
      expectUnharmed(report, 1 / 2, 96);
      expect(report.flood.refused).toBeGreaterThan(0);
    },
  );
});
