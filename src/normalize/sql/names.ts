/** Names as the graph keys them: parts folded as the system folds them, quotes gone. */
import type { Dialect } from './dialect.ts';
import { DOT, NUMBER, QUOTED, WORD } from './token-kinds.ts';
import type { Tokens } from './tokens.ts';

/** Empty parts are not said. */
export interface TableName {
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
}

const DOUBLE_QUOTE = 34;

/** The name without quotes and in the system's case. `quote` is the opening quote's code, 0 for none. */
export function foldName(text: string, quote: number, dialect: Dialect): string {
  if (quote === 0) return text.toLowerCase();
  const closing = quote === 91 ? ']' : String.fromCharCode(quote);
  const name = text.includes(closing) ? text.replaceAll(closing + closing, closing) : text;
  return keepsCase(name, quote, dialect) ? name : name.toLowerCase();
}

function keepsCase(name: string, quote: number, { quotedNames }: Dialect): boolean {
  if (quotedNames === 'keep') return true;
  return quotedNames === 'keep_mixed' && quote === DOUBLE_QUOTE && name !== name.toUpperCase();
}

/** True for a token that may be a part of a name. */
export function isNamePart(tokens: Tokens): boolean {
  if (tokens.kind === NUMBER) return hasLetter(tokens.text, tokens.start, tokens.stop);
  return tokens.kind === WORD || tokens.kind === QUOTED;
}

/** MySQL and Hive allow names that begin with a digit. */
function hasLetter(text: string, start: number, stop: number): boolean {
  const second = text.charCodeAt(start + 1) | 32;
  if (text.charCodeAt(start) === 48 && second === 120) return false;
  for (let i = start; i < stop; i++) if (text.charCodeAt(i) > 57) return true;
  return false;
}

/**
 * Reads the dotted name that begins at the current token and stops at the token behind it. `undefined` when a part
 * cannot be read (a placeholder, the text's end); `t.*` is `t`.
 */
export function readName(tokens: Tokens, dialect: Dialect): TableName | undefined {
  let catalog = '';
  let schema = '';
  if (dialect.dashedNames && tokens.kind === WORD) tokens.joinDashes();
  let table = partText(tokens, dialect);
  if (dialect.backtickPaths && tokens.quote === 96 && tokens.kind === QUOTED && table.includes('.')) {
    ({ catalog, schema, table } = splitPath(table));
  }
  tokens.next();
  while (tokens.kind === DOT) {
    tokens.next();
    if (isStar(tokens)) {
      tokens.next();
      break;
    }
    const skipped = tokens.kind === DOT;
    if (!skipped && !isNamePart(tokens)) return undefined;
    catalog = schema;
    schema = table;
    table = skipped ? '' : partText(tokens, dialect);
    if (!skipped) tokens.next();
  }
  return table === '' || tokens.cutBehindPrevious ? undefined : { catalog, schema, table };
}

function partText(tokens: Tokens, dialect: Dialect): string {
  return foldName(tokens.text.slice(tokens.start, tokens.stop), tokens.kind === QUOTED ? tokens.quote : 0, dialect);
}

function isStar(tokens: Tokens): boolean {
  return tokens.text.charCodeAt(tokens.start) === 42 && tokens.stop === tokens.start + 1;
}

/** `project.dataset.table` within one pair of quotes. */
function splitPath(path: string): TableName {
  const parts = path.split('.');
  return { catalog: parts.at(-3) ?? '', schema: parts.at(-2) ?? '', table: parts.at(-1)! };
}
