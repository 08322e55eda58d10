/** Names of peers and services without what their spelling adds: to see that two may mean the same. */
import type { Node } from '../../contract/graph-document.ts';
import type { GraphView } from '../../contract/graph-view.ts';

const ADDRESS = /^(\d+\.){3}\d+(:\d+)?$|^[\da-f]*:[\da-f:]+$/;
const KIND_WORDS = /[-.](service|svc|server|app|api)$/;

/** `Cart_Service:8080`, `cart.prod.svc.cluster.local` → `cart`; empty for addresses. */
export function bareName(name: string): string {
  const lower = name.toLowerCase();
  if (ADDRESS.test(lower)) return '';
  const host = lower.replace(/^[a-z]+:\/\//, '').replace(/[:/].*$/, '');
  const [label = ''] = host.split('.');
  return label.replaceAll('_', '-').replace(KIND_WORDS, '');
}

/** Services by bare name. */
export function serviceNames(view: GraphView): ReadonlyMap<string, readonly Node[]> {
  const services = view.nodes.filter(({ kind, overflow }) => kind === 'service' && overflow !== true);
  const named = Map.groupBy(services, ({ name }) => bareName(name));
  named.delete('');
  return named;
}
