/** What an alias may name. */
import { NODE_KINDS, type NodeKind } from '../contract/graph-document.ts';
import { parseIdentity } from '../lib/identities.ts';

/** Where a text looks like an id but is none that may stand there: what would be right. */
export function wrongTarget(kind: NodeKind, to: string): string | undefined {
  const named = NODE_KINDS.find(one => to.startsWith(`${one}:`));
  if (named === undefined) return undefined;
  if (parseIdentity(to) === undefined) {
    return `'${to}' is no id of ${article(named)}; write a name, or an id such as ${EXAMPLES[named]}`;
  }
  if (named === kind || (kind === 'external' && named === 'service')) return undefined;
  const also = kind === 'external' ? ' or of a service' : '';
  return `'${to}' is the id of ${article(named)}; write a name, or an id of ${article(kind)}${also}, such as ${EXAMPLES[kind]}`;
}

function article(kind: NodeKind): string {
  return `${kind === 'external' ? 'an' : 'a'} ${kind}`;
}

const EXAMPLES: Readonly<Record<NodeKind, string>> = {
  service: 'service:cart or service:shop/cart@prod',
  topic: 'topic:kafka/~/orders',
  table: 'table:postgresql/pg-1/shop/public/orders',
  database: 'database:redis/cache-1/0',
  external: 'external:api.example.com',
};
