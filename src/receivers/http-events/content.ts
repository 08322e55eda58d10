/** What a request's body is, by its head. */
import type { IncomingHttpHeaders } from 'node:http';
import type { EventsPath } from './path.ts';

/**
 * `lines`: documents of JSON, one a line, or one over all of it. Of CloudEvents: `binary` has the attributes in headers and
 * the data in the body; `structured` is one event, `batch` a list of them.
 */
export type Content = 'lines' | 'binary' | 'structured' | 'batch';

export const RECORD_TYPES = ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/json'];
const STRUCTURED = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';
const ATTRIBUTE = /^ce-[a-z0-9]+$/;

/** Undefined: nothing that this path takes. */
export function contentOf(path: EventsPath, headers: IncomingHttpHeaders): Content | undefined {
  const type = mediaType(headers);
  if (path === 'records') return RECORD_TYPES.includes(type) ? 'lines' : undefined;
  if (type === BATCH) return 'batch';
  if (type === STRUCTURED) return 'structured';
  return headers['ce-specversion'] === undefined ? undefined : 'binary';
}

/** Of a path that takes none of what the head announces: what it would take. */
export function expectedContent(path: EventsPath, headers: IncomingHttpHeaders): string {
  const given = headers['content-type'];
  const problem = given === undefined ? 'Content-Type is missing' : `Content-Type "${given}" is not supported here`;
  if (path === 'records') return `${problem}: use ${RECORD_TYPES[0]} or application/json`;
  const plain =
    mediaType(headers) === 'application/json' ? '; change events that are no CloudEvents go to /v1/records' : '';
  return `${problem}: use ${STRUCTURED} or ${BATCH}, or send the attributes as ce- headers (ce-specversion, ce-id, …)${plain}`;
}

/** Attributes of an event in binary mode, by their names without `ce-`. */
export function binaryAttributes(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && ATTRIBUTE.test(name)) found[name.slice(3)] = percentDecoded(value);
  }
  const type = headers['content-type'];
  return type === undefined ? found : { ...found, datacontenttype: type };
}

function mediaType(headers: IncomingHttpHeaders): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

/** As the HTTP binding of CloudEvents writes what is no printable ASCII. */
function percentDecoded(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
