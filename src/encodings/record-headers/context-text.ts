/**
 * A context that a text holds, of a column or of a header with a name of its own: Java properties, as Debezium's tracing
 * keeps them in `tracingspancontext`, an object of JSON, or the value of one context header. Source of the properties:
 * the documentation of java.util.Properties.load.
 */
import type { SpanContext } from '../../contract/record.ts';
import { ContextHeaders, isContextHeader } from './context.ts';
import { readTraceparent } from './trace-context.ts';

const MAX_CHARACTERS = 4096;
const LINE = /^((?:\\.|[^=:\s\\])+)\s*[=:]?\s*(.*)$/;

const contexts = new ContextHeaders();

/** @param name where the text stands: the name of a context header says which one it is, else it is a `traceparent`. */
export function readContextText(name: string, text: string): SpanContext | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const value = text.trim();
  contexts.clear();
  take(name, value);
  if (value.startsWith('{')) takeMembers(value);
  else takeProperties(value);
  return contexts.context() ?? readTraceparent(value);
}

function take(name: string, value: string): void {
  const header = name.toLowerCase();
  if (isContextHeader(header)) contexts.set(header, value);
}

function takeMembers(json: string): void {
  try {
    for (const [name, value] of Object.entries(JSON.parse(json) as object)) {
      if (typeof value === 'string') take(name, value);
    }
  } catch {
    // A text like any other.
  }
}

function takeProperties(text: string): void {
  for (const line of text.split(/[\r\n]+/)) {
    const match = LINE.exec(line.trim());
    if (match === null || line.startsWith('#') || line.startsWith('!')) continue;
    take(unescapeCharacters(match[1]!), unescapeCharacters(match[2]!));
  }
}

function unescapeCharacters(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}
