/** What stands between tokens: blanks and comments. */
import { BLANK, classOf } from './characters.ts';
import type { Dialect } from './dialect.ts';
import { commentEnd, lineEnd } from './quoted.ts';

/** True for two dashes at `at` that open a comment. */
export function opensDashComment(text: string, at: number, end: number, { dashNeedsBlank }: Dialect): boolean {
  return !dashNeedsBlank || at + 2 >= end || text.charCodeAt(at + 2) <= 32;
}

/** Where the next token at or behind `from` begins. Comments whose text is code end the search. */
export function tokenStart(text: string, from: number, end: number, dialect: Dialect): number {
  for (let at = from; ; ) {
    while (at < end && classOf(text.charCodeAt(at)) === BLANK) at++;
    const code = text.charCodeAt(at);
    const following = text.charCodeAt(at + 1);
    if (code === 47 && following === 42 && !(dialect.versionComments && text.charCodeAt(at + 2) === 33)) {
      const stop = commentEnd(text, at + 2, end, dialect.nestedComments);
      at = stop < 0 ? end : stop;
    } else if (code === 45 && following === 45 && opensDashComment(text, at, end, dialect)) at = lineEnd(text, at, end);
    else return at;
  }
}
