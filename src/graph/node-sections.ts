/** Nodes ⇄ image: a few numbers each, all of them every time. */
import type { ImageReader, ImageWriter } from '../contract/image.ts';
import { PackedReader, PackedWriter } from '../lib/packed-numbers.ts';
import { sectionName } from '../lib/section-name.ts';
import type { NodeAggregate } from './store.ts';

const FAMILY = 'nodes';
const NODES_A_SECTION = 4096;

export function* saveNodes(nodes: readonly NodeAggregate[], out: ImageWriter): Iterable<void> {
  out.value(FAMILY, nodes.length);
  const packed = new PackedWriter();
  for (let from = 0; from < nodes.length; from += NODES_A_SECTION) {
    packed.clear();
    for (const { identity, first, last, entries, unresolved, outside } of nodes.slice(from, from + NODES_A_SECTION)) {
      packed.put(identity);
      packed.put(first);
      packed.put(last);
      packed.put(entries);
      packed.put(unresolved);
      packed.put(outside ? 1 : 0);
    }
    yield* out.memory(sectionName(FAMILY, from / NODES_A_SECTION), packed.packed);
  }
}

export function* loadNodes(from: ImageReader, nodes: NodeAggregate[]): Iterable<void> {
  const count = from.value(FAMILY) as number;
  for (let begin = 0; begin < count; begin += NODES_A_SECTION) {
    const name = sectionName(FAMILY, begin / NODES_A_SECTION);
    const bytes = new Uint8Array(from.size(name));
    from.memory(name, bytes);
    const numbers = new PackedReader(bytes);
    for (let n = begin; n < Math.min(count, begin + NODES_A_SECTION); n++) {
      nodes.push({
        identity: numbers.take(),
        first: numbers.take(),
        last: numbers.take(),
        entries: numbers.take(),
        unresolved: numbers.take(),
        outside: numbers.take() === 1,
      });
    }
    yield;
  }
}
