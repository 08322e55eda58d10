/** A reader's copy of the graph shows the states that the life cycle knows, of what is new from the first on. */
import { expect, it } from 'vitest';
import { DeltaSource } from '../../../src/graph/delta-source.ts';
import { PathTree } from '../../../src/graph/path-tree.ts';
import { follow } from '../../kits/changing-graph.ts';
import { EMPTY_STATS } from '../../kits/view.ts';
import { LATE_MS, Lived, MINUTE, WAIT_MS } from './lived.ts';

function shown(lived: Lived) {
  const { store, life } = lived;
  store.states = life;
  const context = () => ({
    ...{ changes: store.revision + life.revision, asOfMs: lived.nowMs, halfLifeMs: MINUTE, epoch: store.epoch },
    ...{ groups: [], stats: EMPTY_STATS, diagnostics: [] },
  });
  const { graph } = follow(new DeltaSource(store, new PathTree(store, 10), context, 0));
  return async () => {
    const { nodes, edges } = await graph.view();
    return Object.fromEntries([...nodes, ...edges].map(({ id, state }) => [id, state]));
  };
}

const states = (lived: Lived) => ({
  'service:a@prod': lived.nodeState(2),
  'service:b@prod': lived.nodeState(3),
  'service:a@prod#calls#service:b@prod': lived.state(1),
});

it('shows a guess that comes beside what was shown before as a candidate, until it is sure', async () => {
  const lived = new Lived();
  const view = shown(lived);
  lived.calls('x', 'y');
  expect(Object.values(await view())).toEqual(['active', 'active', 'active']);
  lived.calls('a', 'b', { proof: ['client_span'] });
  expect(lived.state(1)).toBe('candidate');
  expect(await view()).toMatchObject(states(lived));
  for (let end = lived.nowMs + WAIT_MS + LATE_MS + 2 * MINUTE; lived.nowMs < end; lived.pass(MINUTE))
    lived.calls('x', 'y');
  expect(lived.state(1)).toBe('active');
  expect(await view()).toMatchObject(states(lived));
});
