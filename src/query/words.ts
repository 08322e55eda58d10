/**
 * Near words: a word and a list of known ones in, those a person may have meant out, nearest first.
 * Cost is bounded: long words are cut, and a comparison stops once it cannot come near any more.
 */

const MAX_COMPARED_LENGTH = 64;

/** Edits (insert, delete, replace, swap neighbours) from `a` to `b`, or `limit + 1` when there are more than `limit`. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let smallest = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
      if (cost < smallest) smallest = cost;
    }
    if (smallest > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return Math.min(last[b.length]!, limit + 1);
}

/** How far `known` is from `word`: 0 equal but for case, 1 contained, else edits; undefined when they are not near. */
function distanceBetween(word: string, known: string): number | undefined {
  if (word === known) return 0;
  if (word.length >= 3 && known.includes(word)) return 1;
  if (known.length >= 3 && word.includes(known)) return 1;
  const limit = Math.max(1, Math.floor(word.length / 3));
  const edits = editDistance(word, known, limit);
  return edits <= limit ? edits : undefined;
}

/** The `count` nearest of `known` by their text; ties keep the order of `known`. */
export function nearestBy<T>(word: string, known: Iterable<T>, textOf: (item: T) => string, count: number): T[] {
  const wanted = word.slice(0, MAX_COMPARED_LENGTH).toLowerCase();
  const near: { readonly item: T; readonly distance: number }[] = [];
  for (const item of known) {
    const distance = distanceBetween(wanted, textOf(item).slice(0, MAX_COMPARED_LENGTH).toLowerCase());
    if (distance !== undefined) near.push({ item, distance });
  }
  near.sort((a, b) => a.distance - b.distance);
  return near.slice(0, count).map(entry => entry.item);
}

export function nearestWords(word: string, known: Iterable<string>, count = 3): string[] {
  return nearestBy(word, known, text => text, count);
}
