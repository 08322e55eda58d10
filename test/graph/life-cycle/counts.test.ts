/** How many nodes and edges live how. */
import { describe, expect, test } from 'vitest';
import { STATES } from '../../../src/contract/graph-document.ts';
import { HOUR, Lived, MINUTE, SECOND } from './lived.ts';

function countsOf({ life }: Lived) {
  const { nodes, edges, ...rest } = life.counts();
  const by = (counts: readonly number[]) => Object.fromEntries(STATES.map((state, i) => [state, counts[i]]));
  return { nodes: by(nodes), edges: by(edges), ...rest };
}

describe('the counts of a life', () => {
  test('are those of states, doubt, quiet and learning', () => {
    const lived = new Lived({ fadeAfterMs: 5 * MINUTE, learnMs: HOUR, quietMs: 10 * MINUTE });
    lived.call('a', 'b');
    lived.call('b', 'c', { proof: ['client_span'] });
    lived.tick();
    expect(countsOf(lived)).toEqual({
      nodes: { candidate: 1, active: 2, fading: 0, gone: 0 },
      edges: { candidate: 1, active: 1, fading: 0, gone: 0 },
      ...{ unsure: 1, quiet: 0, learning: 1, silent: 0, live: 1 },
    });
    for (let minute = 0; minute < 7; minute++) {
      lived.call('a', 'd');
      lived.pass(MINUTE, SECOND);
    }
    const { edges, quiet, unsure } = countsOf(lived);
    expect({ fading: edges.fading, unsure }).toEqual({ fading: 2, unsure: 0 });
    expect(quiet).toBeGreaterThanOrEqual(1);
    lived.pass(HOUR, 10 * SECOND);
    expect(countsOf(lived)).toMatchObject({ learning: 0, silent: 1, live: 0 });
  });
});
