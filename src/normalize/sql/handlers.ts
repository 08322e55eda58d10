/** Tables of what a word does, by its number. */
import type { Frame } from './frame.ts';
import { wordNumber } from './lexicon.ts';
import type { Reader } from './reader.ts';

export type Handler = (reader: Reader, frame: Frame) => void;
export type Handlers = readonly (Handler | undefined)[];

/** From words, several in one key where they do the same. */
export function compileHandlers(byWords: Readonly<Record<string, Handler>>): Handlers {
  const handlers: (Handler | undefined)[] = [];
  for (const [words, handler] of Object.entries(byWords)) {
    for (const word of words.split(' ')) handlers[wordNumber(word)] = handler;
  }
  return handlers;
}

/** True at the numbers of the words. */
export function wordSet(words: string): Uint8Array {
  const set = new Uint8Array(1024);
  for (const word of words.split(' ')) set[wordNumber(word)] = 1;
  return set;
}
