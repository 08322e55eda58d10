/** Changes from as little as a test wants to say. */
import type { Change, ChangeType, NodeRef } from '../../src/contract/change.ts';

export function serviceRef(name: string, environment?: string): NodeRef {
  const id = `service:${name}${environment === undefined ? '' : `@${environment}`}`;
  const rest = environment === undefined ? {} : { environment };
  return { id, key: name.padEnd(16, '0'), kind: 'service', name, ...rest };
}

/** Of a call between two services unless something else is said. */
export function changeOf(seq: number, type: ChangeType = 'edge.appeared', more: Partial<Change> = {}): Change {
  const source = serviceRef('shop');
  const target = serviceRef('cart');
  const id = `${source.id}#calls#${target.id}`;
  const edge = { id, key: 'shopcart00000000', kind: 'calls', source, target } as const;
  return {
    ...{ seq, time: '2026-08-01T12:00:00.000Z', type, severity: 'notice', baseline: false },
    ...(type.startsWith('edge.') ? { edge } : {}),
    ...{ before: null, after: null, evidence: {} },
    ...more,
  };
}
