/**
 * A request as OTLP JSON, with its ids (hex of fixed width), times (19 digits) and offsets (13 digits) marked.
 * All text is ASCII, so that characters and bytes are the same.
 */
import type { RequestModel, ResourceModel, ScopeModel } from './request.ts';
import {
  type Attribute,
  type Id,
  Serial,
  type SpanModel,
  STATUS_ERROR,
  STATUS_UNSET,
  type TraceId,
} from './span-model.ts';
import type { Stamp } from './stamp.ts';
import { type IdPart, MarkCollector, type Marks, type Template } from './template.ts';

const SECONDS_DIGITS = 10;
const NANOS_DIGITS = 9;
const SERIAL_DIGITS = 13;
const HEX = Buffer.from('0123456789abcdef');

export function encodeJson(request: RequestModel): Template {
  const encoder = new Encoder();
  encoder.request(request);
  const bytes = Buffer.from(encoder.text(), 'latin1');
  const marks = encoder.marks.finish(offset => offset);
  const apply = (stamp: Stamp): void => applyStamp(bytes, marks, stamp);
  return { bytes, spans: request.spans, contentType: 'application/json', apply };
}

function applyStamp(bytes: Buffer, marks: Marks, stamp: Stamp): void {
  const { idOffsets, idParts, idWords, timeOffsets, timesNs, serialOffsets, serials } = marks;
  for (let i = 0; i < idOffsets.length; i++) {
    const mask = idParts[i]! * 2;
    writeHex(bytes, idOffsets[i]!, idWords[i * 2]! ^ stamp.masks[mask]!);
    writeHex(bytes, idOffsets[i]! + 8, idWords[i * 2 + 1]! ^ stamp.masks[mask + 1]!);
  }
  for (let i = 0; i < timeOffsets.length; i++) {
    const nanos = stamp.startNanos + timesNs[i]!;
    const seconds = Math.floor(nanos / 1e9);
    writeDigits(bytes, timeOffsets[i]!, SECONDS_DIGITS, stamp.startSeconds + seconds);
    writeDigits(bytes, timeOffsets[i]! + SECONDS_DIGITS, NANOS_DIGITS, nanos - seconds * 1e9);
  }
  for (let i = 0; i < serialOffsets.length; i++) {
    writeDigits(bytes, serialOffsets[i]!, SERIAL_DIGITS, stamp.serialBase + serials[i]!);
  }
}

function writeHex(bytes: Buffer, offset: number, word: number): void {
  for (let i = 0; i < 8; i++) bytes[offset + i] = HEX[(word >>> (28 - i * 4)) & 15]!;
}

function writeDigits(bytes: Buffer, offset: number, digits: number, value: number): void {
  let rest = value;
  for (let i = digits - 1; i >= 0; i--) {
    const shorter = Math.floor(rest / 10);
    bytes[offset + i] = 48 + rest - shorter * 10;
    rest = shorter;
  }
}

class Encoder {
  readonly marks = new MarkCollector();
  private readonly pieces: string[] = [];
  private length = 0;

  text(): string {
    return this.pieces.join('');
  }

  request(request: RequestModel): void {
    this.write('{"resourceSpans":');
    this.list(request.resources, resource => this.resource(resource));
    this.write('}');
  }

  private resource(resource: ResourceModel): void {
    this.write('{"resource":{"attributes":');
    this.attributes(resource.attributes);
    this.write('},"scopeSpans":');
    this.list(resource.scopes, scope => this.scope(scope));
    this.write(`,"schemaUrl":${JSON.stringify(resource.schemaUrl)}}`);
  }

  private scope(scope: ScopeModel): void {
    this.write(`{"scope":{"name":${JSON.stringify(scope.name)},"version":${JSON.stringify(scope.version)}},"spans":`);
    this.list(scope.spans, span => this.span(span));
    this.write('}');
  }

  private span(span: SpanModel): void {
    this.write('{"traceId":');
    this.traceId(span.traceId);
    this.write(',"spanId":');
    this.spanId(span.id);
    if (span.parent !== undefined) {
      this.write(',"parentSpanId":');
      this.spanId(span.parent);
    }
    this.write(`,"name":${JSON.stringify(span.name)},"kind":${span.kind},"startTimeUnixNano":`);
    this.time(span.startNs);
    this.write(',"endTimeUnixNano":');
    this.time(span.endNs);
    this.write(',"attributes":');
    this.attributes(span.attributes);
    if (span.link !== undefined) this.link(span.link);
    if (span.status !== STATUS_UNSET) this.write(`,"status":${statusText(span.status)}`);
    this.write('}');
  }

  private link(link: { readonly traceId: TraceId; readonly id: Id }): void {
    this.write(',"links":[{"traceId":');
    this.traceId(link.traceId);
    this.write(',"spanId":');
    this.spanId(link.id);
    this.write('}]');
  }

  private traceId(id: TraceId): void {
    this.write('"');
    this.hex(0, id.first);
    this.hex(1, id.second);
    this.write('"');
  }

  private spanId(id: Id): void {
    this.write('"');
    this.hex(2, id);
    this.write('"');
  }

  private hex(part: IdPart, id: Id): void {
    this.marks.id(this.length, part, id);
    this.write('0'.repeat(16));
  }

  private time(ns: number): void {
    this.write('"');
    this.marks.time(this.length, ns);
    this.write(`${'0'.repeat(SECONDS_DIGITS + NANOS_DIGITS)}"`);
  }

  private attributes(attributes: readonly Attribute[]): void {
    this.list(attributes, ([name, value]) => {
      this.write(`{"key":${JSON.stringify(name)},"value":`);
      if (value instanceof Serial) {
        this.write('{"intValue":"');
        this.marks.serial(this.length, value.position);
        this.write(`${'0'.repeat(SERIAL_DIGITS)}"}`);
      } else this.write(scalarText(value));
      this.write('}');
    });
  }

  private list<T>(items: readonly T[], write: (item: T) => void): void {
    this.write('[');
    items.forEach((item, i) => {
      if (i > 0) this.write(',');
      write(item);
    });
    this.write(']');
  }

  private write(text: string): void {
    this.pieces.push(text);
    this.length += text.length;
  }
}

function scalarText(value: string | number | boolean): string {
  if (typeof value === 'string') return JSON.stringify({ stringValue: value });
  if (typeof value === 'boolean') return JSON.stringify({ boolValue: value });
  return JSON.stringify(Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value });
}

const statusText = (code: number): string =>
  JSON.stringify(code === STATUS_ERROR ? { message: 'upstream error', code } : { code });
