/** Which nodes a view shows follows what is known of them, also when their edges stay as they are. */
import { expect, it } from 'vitest';
import { ADD, Interaction, REVERSE } from '../../src/contract/interaction.ts';
import { NO_PATHS } from '../../src/graph/path-table.ts';
import { GraphStore } from '../../src/graph/store.ts';
import { ViewBuilder } from '../../src/graph/view.ts';
import { Identities } from '../../src/lib/identities.ts';
import { EMPTY_STATS } from '../kits/view.ts';

const NOW_MS = Date.UTC(2026, 7, 1, 12);

it('shows a service from its first span on that only an edge taken back had named', () => {
  const identities = new Identities(100);
  const store = new GraphStore(identities, { maxNodes: 10, maxEdges: 10 });
  const builder = new ViewBuilder(store);
  const read = () =>
    builder.build({
      nowMs: NOW_MS,
      halfLifeMs: 60_000,
      epoch: 0,
      groupNames: [''],
      paths: NO_PATHS,
      revision: store.revision,
      stats: EMPTY_STATS,
      diagnostics: [],
    }).nodes.length;
  const [caller, called] = ['a', 'b'].map(name => identities.intern(0, '', [name, name, 'x']));
  const call = new Interaction();
  call.begin(0, caller!, called!, NOW_MS * 1000, 0);
  call.count = 1;
  call.sign = ADD;
  store.apply(call);
  expect(read()).toBe(2);
  call.sign = REVERSE;
  call.count = -1;
  store.apply(call);
  expect(read()).toBe(0);
  store.seen(called!, NOW_MS * 1000);
  expect(read()).toBe(1);
});
