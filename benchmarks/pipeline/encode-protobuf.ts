/** A request as OTLP protobuf (ExportTraceServiceRequest), with its ids, times and offsets marked. */
import { ReverseWriter } from './protobuf-writer.ts';
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

/** Fields are written from the last to the first: see `ReverseWriter`. */
export function encodeProtobuf(request: RequestModel): Template {
  const encoder = new Encoder();
  for (const resource of request.resources.toReversed()) encoder.resource(resource);
  const bytes = encoder.writer.take();
  const marks = encoder.marks.finish(fromEnd => bytes.length - fromEnd);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const apply = (stamp: Stamp): void => applyStamp(bytes, view, marks, stamp);
  return { bytes, spans: request.spans, contentType: 'application/x-protobuf', apply };
}

function applyStamp(bytes: Buffer, view: DataView, marks: Marks, stamp: Stamp): void {
  const { idOffsets, idParts, idWords, timeOffsets, timesNs, serialOffsets, serials } = marks;
  const { masks, startHigh, startLow, serialBase } = stamp;
  for (let i = 0; i < idOffsets.length; i++) {
    const offset = idOffsets[i]!;
    const mask = idParts[i]! * 2;
    view.setInt32(offset, idWords[i * 2]! ^ masks[mask]!);
    view.setInt32(offset + 4, idWords[i * 2 + 1]! ^ masks[mask + 1]!);
  }
  for (let i = 0; i < timeOffsets.length; i++) {
    const low = startLow + timesNs[i]!;
    view.setUint32(timeOffsets[i]!, low, true);
    view.setUint32(timeOffsets[i]! + 4, startHigh + Math.floor(low / 2 ** 32), true);
  }
  for (let i = 0; i < serialOffsets.length; i++) setVarint6(bytes, serialOffsets[i]!, serialBase + serials[i]!);
}

/** A varint of exactly six bytes: values from 2^35 up to, but without, 2^42. */
function setVarint6(bytes: Buffer, offset: number, value: number): void {
  let rest = value;
  for (let i = 0; i < 5; i++) {
    bytes[offset + i] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  bytes[offset + 5] = rest;
}

class Encoder {
  readonly writer = new ReverseWriter();
  readonly marks = new MarkCollector();

  resource(resource: ResourceModel): void {
    const { writer } = this;
    const message = writer.length;
    writer.string(3, resource.schemaUrl);
    for (const scope of resource.scopes.toReversed()) this.scope(scope);
    const inner = writer.length;
    this.attributes(1, resource.attributes);
    writer.close(1, inner);
    writer.close(1, message);
  }

  private scope(scope: ScopeModel): void {
    const { writer } = this;
    const message = writer.length;
    for (const span of scope.spans.toReversed()) this.span(span);
    const inner = writer.length;
    writer.string(2, scope.version);
    writer.string(1, scope.name);
    writer.close(1, inner);
    writer.close(2, message);
  }

  private span(span: SpanModel): void {
    const { writer } = this;
    const message = writer.length;
    if (span.status !== STATUS_UNSET) this.status(span.status);
    if (span.link !== undefined) this.link(span.link);
    this.attributes(9, span.attributes);
    this.marks.time(writer.fixed64Field(8) /* end */, span.endNs);
    this.marks.time(writer.fixed64Field(7) /* start */, span.startNs);
    writer.varintField(6, span.kind);
    writer.string(5, span.name);
    if (span.parent !== undefined) this.spanId(4, span.parent);
    this.spanId(2, span.id);
    this.traceId(1, span.traceId);
    writer.close(2, message);
  }

  private status(code: number): void {
    const message = this.writer.length;
    this.writer.varintField(3, code);
    if (code === STATUS_ERROR) this.writer.string(2, 'upstream error');
    this.writer.close(15, message);
  }

  private link(link: { readonly traceId: TraceId; readonly id: Id }): void {
    const message = this.writer.length;
    this.spanId(2, link.id);
    this.traceId(1, link.traceId);
    this.writer.close(13, message);
  }

  private traceId(field: number, id: TraceId): void {
    const start = this.writer.length;
    this.markId(1, id.second);
    this.markId(0, id.first);
    this.writer.close(field, start);
  }

  private spanId(field: number, id: Id): void {
    const start = this.writer.length;
    this.markId(2, id);
    this.writer.close(field, start);
  }

  private markId(part: IdPart, id: Id): void {
    this.marks.id(this.writer.blank(8), part, id);
  }

  private attributes(field: number, attributes: readonly Attribute[]): void {
    const { writer } = this;
    for (const [name, value] of attributes.toReversed()) {
      const pair = writer.length;
      const inner = writer.length;
      if (typeof value === 'string') writer.string(1, value);
      else if (typeof value === 'boolean') writer.varintField(2, value ? 1 : 0);
      else if (value instanceof Serial) this.serial(value);
      else if (Number.isInteger(value)) writer.varintField(3, value);
      else writer.doubleField(4, value);
      writer.close(2, inner);
      writer.string(1, name);
      writer.close(field, pair);
    }
  }

  private serial(value: Serial): void {
    this.marks.serial(this.writer.blank(6), value.position);
    this.writer.tag(3, 0);
  }
}
