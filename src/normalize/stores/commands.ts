/** Commands as clients write them down (`HGET key ?`, one a line) → their words. Texts may be cut or masked anywhere. */

const MAX_COMMANDS = 64;
/** What clients write for several commands sent at once. */
const SEVERAL = /^(?:BATCH|PIPELINE|MULTI|redis\.pipeline|redis\.pipe)\s+(?=\S)/i;
const WORD = /^[\s"'`]*(?:\w+\/)?([A-Za-z$][\w.$-]{0,63})/;

/** The first word, as it stands; empty when the text begins with none. */
export function firstWordOf(text: string): string {
  return WORD.exec(text)?.[1] ?? '';
}

/** The first word of a text that may say that it stands for several commands. */
export function verbOf(text: string): string {
  return firstWordOf(text.replace(SEVERAL, ''));
}

/** The verbs of several commands in a list (`PIPELINE SET GET`); the one verb otherwise. */
export function verbsOf(text: string): readonly string[] {
  if (!SEVERAL.test(text)) return [firstWordOf(text)];
  const words = text.replace(SEVERAL, '').trim().split(/\s+/);
  return words.slice(0, MAX_COMMANDS).map(firstWordOf);
}

/** The lines of a text that holds one command a line. */
export function commandLines(text: string): readonly string[] {
  return text.includes('\n') ? text.split('\n', MAX_COMMANDS).filter(line => line.trim() !== '') : [text];
}
