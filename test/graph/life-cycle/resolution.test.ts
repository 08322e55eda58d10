/** What turns out to be one: told as merged and split, and never as gone and new. */
import { describe, expect, test } from 'vitest';
import { type IdentityRules, NO_RULES } from '../../../src/contract/identity-rules.ts';
import { PUBLISHES } from '../../../src/contract/interaction.ts';
import { TOPIC } from '../../../src/lib/identities.ts';
import { Lived, MINUTE, SECOND } from './lived.ts';

const ALIAS: IdentityRules = { ...NO_RULES, aliases: [{ kind: 'service', from: 'cart-v2', to: 'cart' }] };

function busy(lived: Lived, minutes: number): void {
  for (let n = 0; n < minutes; n++) {
    lived.calls('web', 'cart');
    lived.calls('web', 'cart-v2');
    lived.pass(MINUTE);
  }
}

describe('two services that a rule makes one', () => {
  test('are merged, and their edges go on as one', () => {
    const lived = new Lived();
    busy(lived, 3);
    lived.takeTold();
    lived.set({}, ALIAS);
    busy(lived, 30);
    expect(lived.changes).toMatchObject([
      {
        type: 'node.merged',
        node: { name: 'cart' },
        evidence: { raw: ['service:cart-v2@prod'], to: 'service:cart@prod' },
      },
    ]);
    expect([lived.state(0), lived.state(1), lived.nodeState(1), lived.nodeState(2)]).toEqual(Array(4).fill('active'));
  });

  test('and are two again, without any of them going or coming', () => {
    const lived = new Lived();
    busy(lived, 3);
    lived.set({}, ALIAS);
    busy(lived, 3);
    lived.takeTold();
    lived.set({}, NO_RULES);
    busy(lived, 30);
    expect(lived.changes.map(({ type, evidence }) => [type, evidence.raw])).toEqual([
      ['node.split', ['service:cart-v2@prod']],
    ]);
  });

  test('fade together: as long as one of the edges is seen, none fades', () => {
    const lived = new Lived();
    busy(lived, 3);
    lived.set({}, ALIAS);
    lived.takeTold();
    for (let n = 0; n < 120; n++) {
      lived.calls('web', 'cart');
      lived.pass(MINUTE);
    }
    expect(lived.takeTold()).toEqual(['node.merged cart']);
    expect(lived.state(1)).toBe('active');
  });

  test('from the beginning are told as one only', () => {
    const lived = new Lived({}, undefined);
    lived.set({}, ALIAS);
    busy(lived, 3);
    expect(lived.takeTold()).toEqual(['node.appeared web', 'node.appeared cart', 'edge.appeared web → cart']);
  });
});

test('a topic whose cluster is told within the wait is told once, as what it is', () => {
  const lived = new Lived();
  const topic = (cluster: string) => lived.identities.intern(TOPIC, 'prod', ['kafka', cluster, 'orders']);
  lived.calls('shop', topic(''), { kind: PUBLISHES });
  lived.pass(3 * SECOND, SECOND);
  lived.calls('shop', topic('main'), { kind: PUBLISHES });
  lived.pass(30 * SECOND, SECOND);
  expect(lived.told).toEqual(['node.appeared shop', 'node.appeared orders', 'edge.appeared shop → orders']);
  expect(lived.changes[1]!.node!.id).toBe('topic:kafka/main/orders@prod');
});
