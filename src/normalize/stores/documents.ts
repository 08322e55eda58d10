/**
 * Commands of MongoDB as spans carry them (`{"find":"orders",…}`, `find {…}`, only the filter, or a pipeline) → verb,
 * collection, and the other collections that its stages name. Linear in the text, and never throws.
 */
import { ACCESS_READ, ACCESS_WRITE } from '../../lib/plans.ts';

export interface DocumentCommand {
  /** As written; empty when the text is no command. */
  readonly verb: string;
  readonly collection: string;
  readonly others: readonly OtherCollection[];
}

export interface OtherCollection {
  readonly name: string;
  readonly database: string;
  readonly access: number;
  readonly verb: string;
}

const MAX_TEXT = 65_536;
/** Where a command begins, its name and collection stand. */
const MAX_HEAD = 512;
const MAX_OTHERS = 64;
/** A command is an object whose first key is the command's name, with the collection's as value. */
const HEAD = /^(?:(\w+)\s*)?[{[(]?\s*['"]?([\w$]+)['"]?\s*:\s*(?:['"]([^'"]*)['"]|\d)?/;
/** A cursor is read on by its number. */
const OF_CURSOR = /['"]collection['"]\s*:\s*['"]([^'"]+)['"]/;
/** Stages that name a collection, or an object that does. */
const STAGE =
  /['"]?\$(lookup|graphLookup|unionWith|out|merge)['"]?\s*:\s*(?:['"]([^'"]+)['"]|\{([^{}]*(?:\{[^{}]*\}[^{}]*)?)\})/g;
const FIELD = /['"]?(from|coll|into|db)['"]?\s*:\s*['"]([^'"]+)['"]/g;

export function readDocument(statement: string, isVerb: (word: string) => boolean): DocumentCommand {
  const text = statement.slice(0, MAX_TEXT).trimStart();
  const [, word = '', key = '', value = ''] = HEAD.exec(text.slice(0, MAX_HEAD)) ?? [];
  const others = readStages(text);
  if (isVerb(key) && (word === '' || word === key)) {
    const collection = value === '' ? (OF_CURSOR.exec(text)?.[1] ?? '') : value;
    return { verb: key, collection: cleanCollection(collection), others };
  }
  return { verb: isVerb(word) ? word : leadingVerb(text, isVerb), collection: '', others };
}

/** `find`, `orders.find({…})`, `find orders`. */
function leadingVerb(text: string, isVerb: (word: string) => boolean): string {
  const words = text.slice(0, 256).split(/[^\w$]+/, 3);
  return words.find(word => word !== '' && isVerb(word)) ?? '';
}

/** Masked values are no names, and commands on the whole database name none. */
export function cleanCollection(name: string): string {
  return name === '?' || name === '$cmd' || name.startsWith('$cmd.') ? '' : name;
}

function readStages(text: string): readonly OtherCollection[] {
  if (!text.includes('$')) return [];
  const found: OtherCollection[] = [];
  for (const [, stage = '', name = '', body = ''] of text.matchAll(STAGE)) {
    if (found.length >= MAX_OTHERS) break;
    const fields = new Map([...body.matchAll(FIELD)].map(([, key, value]) => [key!, value!]));
    const collection = cleanCollection(name || fields.get('from') || fields.get('into') || fields.get('coll') || '');
    const writes = stage === 'out' || stage === 'merge';
    if (collection === '') continue;
    found.push({
      name: collection,
      database: cleanCollection(fields.get('db') ?? ''),
      access: writes ? ACCESS_WRITE : ACCESS_READ,
      verb: writes ? stage : 'aggregate',
    });
  }
  return found;
}
