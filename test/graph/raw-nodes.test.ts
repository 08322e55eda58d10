/** Numbers of the store lead to the nodes of a view. */
import { expect, it } from 'vitest';
import { ADD, CALLS, Interaction, REVERSE } from '../../src/contract/interaction.ts';
import { NO_PATHS } from '../../src/graph/path-table.ts';
import { GraphStore } from '../../src/graph/store.ts';
import { ViewBuilder } from '../../src/graph/view.ts';
import { EXTERNAL, Identities, SERVICE } from '../../src/lib/identities.ts';
import { EMPTY_STATS } from '../kits/view.ts';

const NOW_MS = Date.UTC(2026, 7, 1, 12);
const CONTEXT = {
  nowMs: NOW_MS,
  halfLifeMs: 60_000,
  epoch: 0,
  groupNames: [''],
  paths: NO_PATHS,
  revision: 1,
  stats: EMPTY_STATS,
  diagnostics: [],
};

it('finds the place of a node by its number in the store, and none for what does not show', () => {
  const identities = new Identities(100);
  const store = new GraphStore(identities, { maxNodes: 10, maxEdges: 10 });
  const builder = new ViewBuilder(store);
  const web = identities.intern(SERVICE, '', ['', 'web']);
  const bank = identities.intern(EXTERNAL, '', ['bank']);
  const call = new Interaction();
  call.begin(CALLS, web, bank, NOW_MS * 1000, 0);
  call.sign = ADD;
  store.apply(call);
  const view = builder.build(CONTEXT);
  expect([0, 1, 2].map(raw => view.nodes[view.nodeOfRaw(raw)]?.id)).toEqual([
    'service:web',
    'external:bank',
    undefined,
  ]);
  call.sign = REVERSE;
  store.apply(call);
  expect(builder.build(CONTEXT).nodeOfRaw(0)).toBe(-1);
});
