/** Couplings and cycles: told when they come about and when they are over. */
import { describe, expect, test } from 'vitest';
import { CONSUMES, PUBLISHES } from '../../../src/contract/interaction.ts';
import { TOPIC } from '../../../src/lib/identities.ts';
import { DAY, HOUR, Lived, MINUTE } from './lived.ts';

const topicOf = (lived: Lived, name: string) => lived.identities.intern(TOPIC, 'prod', ['kafka', 'main', name]);

/** The input is not silent meanwhile. */
function pass(lived: Lived, ms: number): void {
  for (let end = lived.nowMs + ms; lived.nowMs < end; ) {
    lived.calls('x', 'y');
    lived.pass(MINUTE, MINUTE);
  }
}

const ofWays = (told: readonly string[]) => told.filter(one => /^(coupling|cycle)/.test(one));

describe('two services with a topic between', () => {
  test('are coupled when both of its edges are there, and no longer when one is gone', () => {
    const lived = new Lived();
    const orders = topicOf(lived, 'orders');
    lived.calls('shop', orders, { kind: PUBLISHES });
    expect(ofWays(lived.told)).toEqual([]);
    lived.calls(orders, 'billing', { kind: CONSUMES });
    expect(ofWays(lived.takeTold())).toEqual(['coupling.appeared shop ~ billing']);
    pass(lived, 3 * DAY);
    expect(ofWays(lived.takeTold())).toEqual(['coupling.gone shop ~ billing']);
  });

  test('stay coupled while there is another way', () => {
    const lived = new Lived();
    const [orders, audit] = [topicOf(lived, 'orders'), topicOf(lived, 'audit')];
    for (const topic of [orders, audit]) {
      lived.calls('shop', topic, { kind: PUBLISHES });
      lived.calls(topic, 'billing', { kind: CONSUMES });
    }
    for (let hour = 0; hour < 72; hour++) {
      lived.call('shop', audit, { kind: PUBLISHES });
      lived.call(audit, 'billing', { kind: CONSUMES });
      pass(lived, HOUR);
    }
    expect(ofWays(lived.told)).toEqual(['coupling.appeared shop ~ billing']);
  });
});

describe('services that call each other in a circle', () => {
  test('are a cycle, told once, and gone with any of its edges', () => {
    const lived = new Lived();
    lived.calls('a', 'b');
    lived.calls('b', 'c');
    expect(ofWays(lived.told)).toEqual([]);
    lived.calls('c', 'a');
    const [cycle] = lived.changes.filter(({ type }) => type === 'cycle.appeared');
    expect(cycle!.cycle!.nodes).toEqual(['service:a@prod', 'service:b@prod', 'service:c@prod']);
    expect(cycle!.cycle!.edges[2]).toBe('service:c@prod#calls#service:a@prod');
    lived.takeTold();
    for (let hour = 0; hour < 72; hour++) {
      lived.call('a', 'b');
      lived.call('b', 'c');
      pass(lived, HOUR);
    }
    expect(ofWays(lived.told).length).toBe(1);
    expect(ofWays(lived.told)[0]).toMatch(/^cycle.gone/);
  });

  test('a service that calls itself is none', () => {
    const lived = new Lived();
    lived.calls('a', 'a');
    expect(ofWays(lived.told)).toEqual([]);
  });
});
