/**
 * A context that Debezium's tracing keeps in a column, `tracingspancontext`: Java properties, whose names are those of
 * context headers. Source of the format: the documentation of java.util.Properties.load.
 */
import type { SpanContext } from '../../contract/record.ts';
import { ContextHeaders, isContextHeader } from './context.ts';

const MAX_CHARACTERS = 4096;
const LINE = /^((?:\\.|[^=:\s\\])+)\s*[=:]?\s*(.*)$/;

const contexts = new ContextHeaders();

export function readContextProperties(text: string): SpanContext | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  contexts.clear();
  for (const line of text.split(/[\r\n]+/)) {
    const match = LINE.exec(line.trim());
    if (match === null || line.startsWith('#') || line.startsWith('!')) continue;
    const name = unescapeCharacters(match[1]!).toLowerCase();
    if (isContextHeader(name)) contexts.set(name, unescapeCharacters(match[2]!));
  }
  return contexts.context();
}

function unescapeCharacters(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}
