/**
 * Databases on `local` or `local:port`: addresses of a machine itself. Where several services meet at one, they may be
 * as many servers, and nobody but the operator can tell.
 */
import type { Diagnostic } from '../contract/graph-document.ts';
import type { NodeFacts } from '../contract/graph-view.ts';
import type { Placed } from './merged-edges.ts';

const MAX_DIAGNOSTICS = 100;
const MAX_NAMES = 20;
const LOCAL = /^local(:\d+)?$/;

interface Meeting {
  readonly services: Set<string>;
  readonly stores: Set<string>;
  readonly where: string;
}

export function sharedLoopbacks(placed: Placed, shown: readonly number[]): Diagnostic[] {
  const { nodes, nodePlaces, nodeIds } = placed;
  const { sources, targets } = placed.ends;
  const at = (place: number) => {
    const node = nodes[place]!;
    return typeof node === 'number' ? nodeIds[node]! : node.fixed;
  };
  const isLocal = nodes.map((_, place) => isLocalStore(at(place)));
  if (!isLocal.includes(true)) return [];
  const meetings = new Map<string, Meeting>();
  for (const e of shown) {
    const [from, to] = [nodePlaces[sources[e]!]!, nodePlaces[targets[e]!]!];
    if (!isLocal[from] && !isLocal[to]) continue;
    const [store, service] = (isLocal[from] ? [from, to] : [to, from]).map(at);
    if (store === undefined || service?.kind !== 'service' || !isLocalStore(store)) continue;
    const { system = '~', instance, environment } = store;
    const where = `${system} at ${instance}${environment === undefined ? '' : ` in ${environment}`}`;
    const meeting = meetings.get(where) ?? { services: new Set(), stores: new Set(), where };
    meetings.set(where, meeting);
    meeting.services.add(service.id);
    meeting.stores.add(store.id);
  }
  const shared = [...meetings.values()].filter(({ services }) => services.size > 1);
  return shared
    .sort((a, b) => (a.where < b.where ? -1 : 1))
    .slice(0, MAX_DIAGNOSTICS)
    .map(sharedLoopback);
}

function isLocalStore({ instance }: NodeFacts): boolean {
  return instance?.startsWith('local') === true && LOCAL.test(instance);
}

function sharedLoopback({ services, stores, where }: Meeting): Diagnostic {
  const names = [...services].sort();
  const told = names.slice(0, MAX_NAMES).join(', ');
  const rest = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return {
    code: 'shared_loopback',
    message: `${told}${rest} use ${where}: a loopback address or socket, so this may be one server or several; give hosts a name in connectors.topology.identity.databases, or set identity.loopback to service`,
    nodes: [...[...stores].sort().slice(0, MAX_NAMES), ...names.slice(0, MAX_NAMES)],
  };
}
