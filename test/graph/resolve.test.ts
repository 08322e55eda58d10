/** Resolution against the slow model of the oracle: any set of raw nodes, in any order and under any numbers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/contract/graph-document.ts';
import { NO_RULES } from '../../src/contract/identity-rules.ts';
import { Resolver } from '../../src/graph/resolve.ts';
import { DATABASE, EXTERNAL, type Identity, identityOf, SERVICE, TABLE, TOPIC } from '../../src/lib/identities.ts';
import { databaseNode, externalNode, type NodeIdentity, serviceNode, tableNode, topicNode } from '../oracle/names.ts';
import { resolveAll } from '../oracle/resolution.ts';

/** Few values, so that parts agree and differ often; unknown ones are empty. */
const part = fc.constantFrom('', 'a', 'b');
const name = fc.constantFrom('x', 'y', 'x:8080', 'x.a.svc', 'x.a.svc.cluster.local:80', 'y.example.org');
const environment = fc.constantFrom('', '', 'prod', 'test');

interface Raw {
  readonly identity: Identity;
  readonly node: NodeIdentity;
}

const known = (text: string): string | undefined => (text === '' ? undefined : text);

const raw: fc.Arbitrary<Raw> = fc
  .tuple(
    fc.constantFrom(SERVICE, TOPIC, TOPIC, TABLE, TABLE, DATABASE, EXTERNAL),
    environment,
    name,
    part,
    part,
    part,
    part,
  )
  .map(([kind, env, named, ...parts]) => rawOf(kind, env, named, parts));

function rawOf(kind: number, env: string, named: string, [p, q, r, s]: readonly string[]): Raw {
  const environment = known(env);
  const store = { environment, system: known(p!), instance: known(q!), database: known(r!) };
  switch (kind) {
    case SERVICE:
      return both(kind, env, [p!, named], serviceNode(environment, known(p!), named));
    case TOPIC:
      return both(kind, env, [p!, q!, named], topicNode(environment, known(p!), known(q!), named));
    case TABLE:
      return both(kind, env, [p!, q!, r!, s!, named], tableNode(store, known(s!), named));
    case DATABASE:
      return both(kind, env, [p!, q!, r!], databaseNode(store));
    default:
      return both(EXTERNAL, env, [named], externalNode(environment, named));
  }
}

function both(kind: number, env: string, parts: readonly string[], node: NodeIdentity): Raw {
  return { identity: identityOf(kind, env, parts), node };
}

const raws = fc.uniqueArray(raw, { selector: ({ node }) => node.id, maxLength: 24 });

interface Answer {
  readonly to: ReadonlyMap<string, string>;
  readonly ambiguous: readonly (readonly string[])[];
}

function answerOf(resolver: Resolver, order: readonly Raw[], shows: (raw: Raw) => boolean): Answer {
  const bits = Uint8Array.from(order, one => (shows(one) ? 1 : 0));
  const { moved, diagnostics } = resolver.resolve(order.length, n => order[n]!.identity, bits);
  const shown = order.flatMap(({ identity }, n) =>
    bits[n] === 1 ? [[identity.id, (moved.get(n) ?? identity).id] as const] : [],
  );
  return { to: new Map(shown), ambiguous: nodesOf(diagnostics) };
}

function expectedOf(all: readonly Raw[]): Answer {
  const { to, ambiguous } = resolveAll(all.map(({ node }) => node));
  return { to: new Map([...to].map(([id, node]) => [id, node.id])), ambiguous: nodesOf(ambiguous) };
}

function nodesOf(diagnostics: readonly Pick<Diagnostic, 'nodes'>[]): readonly (readonly string[])[] {
  return diagnostics.map(({ nodes }) => nodes);
}

const sorted = ({ to, ambiguous }: Answer) => ({ to: [...to].sort(), ambiguous });
const RUNS = { numRuns: 3000 };

describe('what raw nodes resolve to', () => {
  it('is what the model says, whatever their order and numbers', () => {
    fc.assert(
      fc.property(
        raws.chain(all => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, order]) => {
          const got = answerOf(new Resolver(NO_RULES), order, () => true);
          expect(sorted(got)).toEqual(sorted(expectedOf(all)));
        },
      ),
      RUNS,
    );
  });

  it('follows what shows: nodes come one by one, go, and come back', () => {
    fc.assert(
      fc.property(raws, fc.array(fc.nat(), { maxLength: 12 }), (order, turns) => {
        const resolver = new Resolver(NO_RULES);
        const hidden = new Set<Raw>();
        for (let count = 1; count <= order.length; count++) {
          const turn = order[(turns[count % (turns.length || 1)] ?? 0) % count]!;
          if (!hidden.delete(turn)) hidden.add(turn);
          const here = order.slice(0, count);
          const got = answerOf(resolver, here, one => !hidden.has(one));
          expect(sorted(got)).toEqual(sorted(expectedOf(here.filter(one => !hidden.has(one)))));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is undone when a second candidate comes, and done again when it goes', () => {
    const order = [
      rawOf(TOPIC, '', 'orders', ['kafka', '']),
      rawOf(TOPIC, '', 'orders', ['kafka', 'eu-1']),
      rawOf(TOPIC, '', 'orders', ['kafka', 'us-1']),
    ];
    const resolver = new Resolver(NO_RULES);
    const target = (shows: (raw: Raw) => boolean) => answerOf(resolver, order, shows).to.get('topic:kafka/~/orders');
    expect(target(one => one !== order[2])).toBe('topic:kafka/eu-1/orders');
    expect(target(() => true)).toBe('topic:kafka/~/orders');
    expect(target(one => one !== order[1])).toBe('topic:kafka/us-1/orders');
  });

  it('takes time that grows with the nodes, not with their square', () => {
    const count = 30_000;
    const order = Array.from({ length: count }, (_, n) =>
      n % 3 === 0
        ? rawOf(TOPIC, '', 'orders', ['kafka', ''].with(1, n === 0 ? '' : `c${n}`))
        : rawOf(n % 3 === 1 ? TABLE : EXTERNAL, '', n % 3 === 1 ? 'orders' : `x:${n}`, [
            '',
            `h${n % 2 === 0 ? n : ''}`,
            `d${n}`,
            '',
          ]),
    );
    for (let n = 0; n < 10_000; n++) order.push(rawOf(SERVICE, '', 'x', [`ns${n}`]));
    const resolver = new Resolver(NO_RULES);
    const { ambiguous } = answerOf(resolver, order, () => true);
    // The first hundred are named with the first candidates, and the rest is counted.
    expect(ambiguous).toHaveLength(101);
    expect(Math.max(...ambiguous.map(nodes => nodes.length))).toBe(21);
  });
});
