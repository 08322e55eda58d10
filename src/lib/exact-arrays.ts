/**
 * Arrays that have the room they need, and no holes: one that is filled element by element takes room for 17 with the first,
 * which, hundreds of thousands of times, is most of a large graph.
 */

const numbers: number[] = [];
const texts: string[] = [];

/** Zeros, to be replaced. */
export function numbersOf(length: number): number[] {
  while (numbers.length < length) numbers.push(0);
  return numbers.slice(0, length);
}

/** Empty texts, to be replaced. */
export function textsOf(length: number): string[] {
  while (texts.length < length) texts.push('');
  return texts.slice(0, length);
}
