/** Numbers of things in order of the things' ids. What is in order stays so; only what is new is sorted in. */

interface Named {
  readonly id: string;
}

interface Merged {
  readonly fixed: Named;
  readonly members: readonly number[];
}

/** The order of all numbers, from that of the first ones. */
export function sortedIn(order: Int32Array<ArrayBuffer>, items: readonly Named[]): Int32Array<ArrayBuffer> {
  if (order.length === items.length) return order;
  const added = Array.from({ length: items.length - order.length }, (_, i) => order.length + i);
  added.sort((a, b) => compare(items[a]!.id, items[b]!.id));
  const all = new Int32Array(items.length);
  let taken = 0;
  added.forEach((item, before) => {
    const place = placeIn(order, items, items[item]!.id, taken);
    all.set(order.subarray(taken, place), taken + before);
    all[place + before] = item;
    taken = place;
  });
  all.set(order.subarray(taken), taken + added.length);
  return all;
}

/** Members give way to what stands for them. */
export function withMerged<M extends Merged>(
  order: readonly number[],
  items: readonly Named[],
  merged: readonly M[],
): readonly (number | M)[] {
  if (merged.length === 0) return order;
  const isGone = new Uint8Array(items.length);
  for (const { members } of merged) for (const member of members) isGone[member] = 1;
  const kept = order.filter(item => isGone[item] === 0);
  const all: (number | M)[] = [];
  let taken = 0;
  for (const one of merged.toSorted((a, b) => compare(a.fixed.id, b.fixed.id))) {
    const place = placeIn(kept, items, one.fixed.id, taken);
    while (taken < place) all.push(kept[taken++]!);
    all.push(one);
  }
  while (taken < kept.length) all.push(kept[taken++]!);
  return all;
}

/** The first place, from one on, whose id is not smaller. */
function placeIn(order: Int32Array | readonly number[], items: readonly Named[], id: string, from: number): number {
  let low = from;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (items[order[middle]!]!.id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where each number stands; -1: nowhere. */
export function placesOf(order: readonly (number | Merged)[], count: number): Int32Array {
  const places = new Int32Array(count).fill(-1);
  for (let place = 0; place < order.length; place++) {
    const item = order[place]!;
    if (typeof item === 'number') places[item] = place;
    else for (const member of item.members) places[member] = place;
  }
  return places;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
