/** Tables of what a word does or means, by its number in the lexicon. */
import type { Frame } from './frame.ts';
import { wordNumber } from './lexicon.ts';
import type { Reader } from './reader.ts';

export type Handler = (reader: Reader, frame: Frame) => void;

/** From words, several in one key (blanks between) where they mean the same. */
export function compileWords<T>(byWords: Readonly<Record<string, T>>): readonly (T | undefined)[] {
  const meanings: (T | undefined)[] = new Array(WORDS).fill(undefined);
  for (const [words, meaning] of Object.entries(byWords)) {
    for (const word of words.split(/\s+/)) meanings[wordNumber(word)] = meaning;
  }
  return meanings;
}

/** True (1) at the numbers of the words. */
export function wordSet(words: string): Uint8Array {
  const set = new Uint8Array(WORDS);
  for (const word of words.split(/\s+/)) set[wordNumber(word)] = 1;
  return set;
}

/** More than the lexicon has. */
const WORDS = 512;
