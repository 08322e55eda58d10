/** Five minutes of three times as much as it can take, over each protocol: memory stays flat. */
import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../kits/overload/expect.ts';
import { overload } from '../kits/overload/scenario.ts';

const FLOOD = { factor: 3, durationMs: 5 * 60_000, connections: 100, bodySpans: 1_000 };

describe('five minutes at three times the sustainable rate', () => {
  it.each(['http', 'grpc'] as const)('over %s', async proto => {
    const report = await overload({ ...FLOOD, proto });
    expectUnharmed(report, 1 / 5, 64);
    expect(report.flood.refused).toBeGreaterThan(0);
  });
});
