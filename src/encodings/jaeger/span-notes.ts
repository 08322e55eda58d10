/** What tags of a Jaeger span in protobuf say that OTLP has fields for; several of one name: the last. */
import { type SpanView, VALUE_BOOL, VALUE_NONE, VALUE_STRING } from '../../contract/span-view.ts';
import { KeyTable } from '../../lib/key-table.ts';
import { ERROR, SCOPE_NAMES, SPAN_KIND, STATUS_CODE, statusOf, TRACE_STATE } from '../bridge-tags.ts';
import type { Json } from '../json.ts';
import { kindOf } from './span.ts';
import { tag } from './tags-proto.ts';

const NAMES = [SPAN_KIND, STATUS_CODE, ERROR, TRACE_STATE, ...SCOPE_NAMES];
const KEYS = new KeyTable(NAMES.map((key, slot) => ({ key, slot, rank: 0 })));
const STATE = NAMES.indexOf(TRACE_STATE);
const SCOPES = SCOPE_NAMES.map(name => NAMES.indexOf(name));

export class SpanNotes {
  private kind: Json | undefined;
  private status: Json | undefined;
  private error: Json | undefined;
  /** Ranges of texts, by the place of the tag's name; start −1 for none. */
  private readonly starts = new Int32Array(NAMES.length);
  private readonly ends = new Int32Array(NAMES.length);

  clear(): void {
    this.kind = this.status = this.error = undefined;
    this.starts.fill(-1);
  }

  /** Notes the tag that was read last, if it is one of these. */
  note(data: DataView): void {
    const place = KEYS.find(data, tag.keyStart, tag.keyEnd) >> 8;
    if (place < 0) return;
    const name = NAMES[place];
    if (name === SPAN_KIND) this.kind = tagValue(data);
    else if (name === STATUS_CODE) this.status = tagValue(data);
    else if (name === ERROR) this.error = tagValue(data);
    this.starts[place] = tag.type === VALUE_STRING ? tag.start : -1;
    this.ends[place] = tag.end;
  }

  apply(view: SpanView): void {
    const { starts, ends } = this;
    view.kind = kindOf(this.kind);
    view.statusCode = statusOf(this.status, this.error);
    if (starts[STATE]! >= 0) {
      view.stateStart = starts[STATE]!;
      view.stateEnd = ends[STATE]!;
    }
    const scope = SCOPES.find(place => starts[place]! >= 0);
    view.scopeStart = scope === undefined ? 0 : starts[scope]!;
    view.scopeEnd = scope === undefined ? 0 : ends[scope]!;
  }
}

/** As parsed JSON would have it; of a number no more than that it is there. */
function tagValue({ buffer, byteOffset }: DataView): Json | undefined {
  if (tag.type === VALUE_NONE) return undefined;
  if (tag.type === VALUE_BOOL) return tag.number === 1;
  if (tag.type !== VALUE_STRING) return true;
  return Buffer.from(buffer, byteOffset + tag.start, tag.end - tag.start).toString('latin1');
}
