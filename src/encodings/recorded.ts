/**
 * What a document of a recorded file is: a dump of a Kafka record, a bare change event, a list of such, or what
 * `detectDocument` knows. Records keep their bytes, all else is parsed.
 */
import { type DocumentKind, detectDocument } from './detect-document.ts';
import { type Json, parseJson } from './json.ts';
import { eachItem, skipBlanks, valueEnd } from './json-walk.ts';
import { detectRecord } from './records/document.ts';

export type Recorded =
  | { readonly kind: 'record' }
  | { readonly kind: 'records'; readonly items: readonly Uint8Array[] }
  | { readonly kind: DocumentKind; readonly value: Json };

const BEGINS_EXPORT = /^\s*\{\s*"resource(Spans|Logs|Metrics|_spans|_logs|_metrics)"/;
const BEGIN_BYTES = 64;
const BRACE = 0x7b;
const BRACKET = 0x5b;

/** Told by the first of its bytes, which is how exporters write. */
export function beginsExport(bytes: Uint8Array): boolean {
  return BEGINS_EXPORT.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8', 0, BEGIN_BYTES));
}

/** Throws a `MalformedError` for what is no JSON. */
export function readRecorded(document: Uint8Array): Recorded {
  if (!beginsExport(document)) {
    const first = document[skipBlanks(document, 0, document.length)];
    if (first === BRACE && detectRecord(document) !== 'neither') return { kind: 'record' };
    const items = first === BRACKET ? recordsIn(document) : undefined;
    if (items !== undefined) return { kind: 'records', items };
  }
  const value = parseJson(document);
  return { kind: detectDocument(value), value };
}

/** A list is what its first item is. */
function recordsIn(list: Uint8Array): readonly Uint8Array[] | undefined {
  const at = skipBlanks(list, 0, list.length);
  try {
    const first = skipBlanks(list, at + 1, list.length);
    if (detectRecord(list.subarray(first, valueEnd(list, first, list.length))) === 'neither') return undefined;
    const items: Uint8Array[] = [];
    eachItem(list, at, valueEnd(list, at, list.length), (start, end) => items.push(list.subarray(start, end)));
    return items;
  } catch {
    // What is wrong with it is said by the parser.
    return undefined;
  }
}
