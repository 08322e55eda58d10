/** From a decoded request, in a shape both references share, to span records: the rules of ids, slots and links. */
import { VALUE_BOOL, VALUE_DOUBLE, VALUE_INT, VALUE_OTHER, VALUE_STRING } from '../../src/contract/span-view.ts';
import { LINK_SLOT } from '../../src/normalize/conventions/slots.ts';
import { coarseTime, type LinkRecord, type SlotRecord, type SpanRecord, sharedView } from './span-record.ts';

/** A value that is set; text as latin1. */
export type RefValue =
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'bool' | 'int' | 'double'; readonly number: number }
  | { readonly type: 'other' };

export interface RefAttribute {
  readonly key: string;
  readonly value: RefValue | null;
}

export interface RefLink {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly attributes: readonly RefAttribute[];
}

export interface RefSpan extends RefLink {
  readonly parentId: Uint8Array;
  readonly state: string;
  readonly name: string;
  readonly kind: number;
  /** Nanoseconds. */
  readonly start: bigint;
  readonly end: bigint;
  readonly links: readonly RefLink[];
  readonly droppedLinks: number;
  readonly status: number;
}

export interface RefScopeSpans {
  readonly scope: string;
  readonly spans: readonly RefSpan[];
}

export interface RefResourceSpans {
  readonly resource: readonly RefAttribute[];
  readonly scopeSpans: readonly RefScopeSpans[];
}

type Find = (key: string) => number;

const keys = sharedView.keys;
const spanKey: Find = key => keys.span.findText(key);
const resourceKey: Find = key => keys.resource.findText(key);
const linkKey: Find = key => keys.link.findText(key);

export function recordSpans(request: readonly RefResourceSpans[]): SpanRecord[] {
  return request.flatMap(({ resource, scopeSpans }, resourceIndex) => {
    const slots = recordSlots(resource, resourceKey);
    return scopeSpans.flatMap(({ scope, spans }) =>
      spans.map(span => ({ ...recordSpan(span), scope, resourceIndex, resource: slots })),
    );
  });
}

function recordSpan(span: RefSpan): Omit<SpanRecord, 'scope' | 'resource' | 'resourceIndex'> {
  const traceId = idText(span.traceId, 16);
  const spanId = idText(span.spanId, 8);
  return {
    traceId: /[^0]/.test(traceId) ? traceId : null,
    spanId: /[^0]/.test(spanId) ? spanId : null,
    parentId: [0, 8].includes(span.parentId.length) ? idText(span.parentId, 8) : null,
    kind: span.kind,
    name: span.name,
    state: span.state,
    start: coarseTime(Number(span.start / 1000n)),
    end: coarseTime(Number(span.end / 1000n)),
    status: span.status,
    attributes: recordSlots(span.attributes, spanKey),
    links: span.links.map(recordLink),
    droppedLinks: span.droppedLinks,
  };
}

function recordLink(link: RefLink): LinkRecord {
  const [, destination] = recordSlots(link.attributes, linkKey)[LINK_SLOT.destination] ?? [];
  return {
    traceId: idText(link.traceId, 16),
    spanId: idText(link.spanId, 8),
    destination: typeof destination === 'string' ? destination : null,
  };
}

/** Hex of full length; a trace id of 8 bytes is zero-extended; all zero when the length is wrong. */
function idText(id: Uint8Array, length: 8 | 16): string {
  const fits = id.length === length || id.length === 8;
  return (fits ? Buffer.from(id).toString('hex') : '').padStart(length * 2, '0');
}

/** Of several aliases the newest counts, of equal keys the last; blank and null values are absent. */
function recordSlots(attributes: readonly RefAttribute[], find: Find): SlotRecord {
  const ranks = new Map<number, number>();
  const record: SlotRecord = {};
  for (const { key, value } of attributes) {
    const found = find(key);
    if (found < 0 || value === null || isBlank(value)) continue;
    const slot = found >> 8;
    const rank = found & 0xff;
    if (rank > (ranks.get(slot) ?? rank)) continue;
    ranks.set(slot, rank);
    record[slot] = slotValue(value);
  }
  return record;
}

function isBlank(value: RefValue): boolean {
  return value.type === 'string' && (value.text === '' || value.text === '{}');
}

function slotValue(value: RefValue): readonly [number, string | number | null] {
  switch (value.type) {
    case 'string':
      return [VALUE_STRING, value.text];
    case 'bool':
      return [VALUE_BOOL, value.number];
    case 'int':
      return [VALUE_INT, value.number];
    case 'double':
      return [VALUE_DOUBLE, value.number];
    case 'other':
      return [VALUE_OTHER, null];
  }
}
