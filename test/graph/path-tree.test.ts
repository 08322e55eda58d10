/** Trees of paths as an algebra: what several shards counted adds up to what one would have. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NO_PATH } from '../../src/contract/path-sink.ts';
import { PathTree } from '../../src/graph/path-tree.ts';
import { GraphStore } from '../../src/graph/store.ts';
import { Identities } from '../../src/lib/identities.ts';

class Shard {
  readonly tree: PathTree;
  private readonly identities = new Identities(1000);

  constructor(limit = 10_000) {
    this.tree = new PathTree(new GraphStore(this.identities, { maxNodes: 1000, maxEdges: 10 }), limit);
  }

  identity(name: string): number {
    return this.identities.intern(0, '', ['', name]);
  }

  take(chain: readonly string[], rootless: boolean): number {
    const [first, ...rest] = chain.map(name => this.identity(name));
    let path = this.tree.begin(first!, rootless);
    for (const node of rest) path = this.tree.extend(path, node);
    this.tree.visit(path);
    return path;
  }

  counts(): Map<string, number> {
    const { size, counts } = this.tree.table();
    return new Map(Array.from({ length: size - 1 }, (_, i) => [this.tree.idOf(i + 1), counts[i + 1]!]));
  }
}

const chain = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 6 });

it('adds up over shards, in any order, by the ids of paths', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(chain, fc.boolean(), fc.nat(2))), trips => {
      const one = new Shard();
      const shards = [new Shard(), new Shard(), new Shard()];
      for (const [nodes, rootless] of trips) one.take(nodes, rootless);
      for (const [nodes, rootless, shard] of trips.toReversed()) shards[shard]!.take(nodes, rootless);
      const sum = new Map<string, number>();
      for (const shard of shards) {
        for (const [id, count] of shard.counts()) sum.set(id, (sum.get(id) ?? 0) + count);
      }
      expect(sum).toEqual(one.counts());
    }),
  );
});

it('gives every chain an id of its own, rootless or not', () => {
  const shard = new Shard();
  const ids = new Set<string>();
  let chains = 0;
  for (let a = 0; a < 12; a++) {
    for (let b = 0; b < 12; b++) {
      for (let c = 0; c < 12; c++) {
        ids.add(shard.tree.idOf(shard.take([`n${a}`, `n${b}`, `n${c}`], false)));
        ids.add(shard.tree.idOf(shard.take([`n${a}`, `n${b}`, `n${c}`], true)));
        chains += 2;
      }
    }
  }
  expect(ids.size).toBe(chains);
  expect(shard.tree.size - 1).toBe(2 * (12 + 144 + 1728));
});

it('keeps what has a place when it is full', () => {
  const shard = new Shard(3);
  shard.take(['a', 'b', 'c'], false);
  expect(shard.take(['a', 'x'], false)).toBe(NO_PATH);
  expect(shard.take(['x', 'a', 'b'], false)).toBe(NO_PATH);
  expect(shard.take(['a', 'b', 'c'], false)).not.toBe(NO_PATH);
  expect([...shard.counts().values()]).toEqual([0, 0, 2]);
  shard.tree.setLimit(4);
  expect(shard.take(['a', 'x'], false)).not.toBe(NO_PATH);
});
