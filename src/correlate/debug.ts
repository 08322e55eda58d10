/** The kept spans of one trace, for people who ask why. */

import { FATES } from '../contract/graph-document.ts';
import type { DebugSpan } from '../contract/graph-view.ts';
import {
  CLASS_MASK,
  CONSUMER,
  DURATION,
  PARENT,
  SERVER,
  SERVICE,
  SHAPE,
  SPAN,
  START,
  TRACE,
  unpackDuration,
} from '../contract/observation.ts';
import type { Identities } from '../lib/identities.ts';
import { reasonName } from './fates.ts';
import { PARTNER, type Rows } from './rows.ts';
import { BY_LINKS, DECISION_NAMES, decisionOf, fateOf, reasonOf, STATE } from './state.ts';

const CLASSES = ['internal', 'client', 'server', 'producer', 'consumer', 'database', 'producer', 'internal'];
const MAX_SPANS = 1000;

/** Newest first; looks through all rows, so it is for single questions. */
export function debugTrace(rows: Rows, identities: Identities, traceId: string): DebugSpan[] {
  const words = [0, 8, 16, 24].map(at => Number.parseInt(traceId.padStart(32, '0').slice(at, at + 8), 16) | 0);
  const spans: DebugSpan[] = [];
  for (let i = 1; i <= rows.count && spans.length < MAX_SPANS; i++) {
    const row = rows.base(rows.next - i);
    if (rows.words[row + TRACE + 2] !== words[2] || rows.words[row + TRACE + 3] !== words[3]) continue;
    const [high0, high1] = [rows.words[row + TRACE]!, rows.words[row + TRACE + 1]!];
    const sameHigh =
      (high0 === words[0] && high1 === words[1]) || (high0 | high1) === 0 || (words[0]! | words[1]!) === 0;
    if (sameHigh) spans.push(describe(rows, identities, row));
  }
  return spans;
}

function describe(rows: Rows, identities: Identities, row: number): DebugSpan {
  const w = rows.words;
  const state = w[row + STATE]!;
  const cls = w[row + SHAPE]! & CLASS_MASK;
  const inbound = cls === SERVER || cls === CONSUMER;
  const decision = inbound ? decisionOf(state) : 0;
  const joined = decision > 0 && decision < BY_LINKS && rows.alive(w[row + PARTNER]!);
  const service = w[row + SERVICE]!;
  return {
    spanId: hex(w, row + SPAN),
    parentSpanId: (w[row + PARENT]! | w[row + PARENT + 1]!) === 0 ? null : hex(w, row + PARENT),
    service: service === 0 ? null : identities.get(service).id,
    class: CLASSES[cls]!,
    fate: FATES[fateOf(state)]!,
    join: DECISION_NAMES[decision] ?? (FATES[fateOf(state)] === 'inferred' ? 'inferred' : null),
    partnerSpanId: joined ? hex(w, rows.base(w[row + PARTNER]!) + SPAN) : null,
    reason: reasonName(reasonOf(state)) || null,
    start: new Date(Math.floor(rows.floats[(row + START) >> 1]! / 1000)).toISOString(),
    durationSeconds: unpackDuration(w[row + DURATION]!) / 1e6,
  };
}

function hex(words: Int32Array, at: number): string {
  return [words[at]!, words[at + 1]!].map(word => (word >>> 0).toString(16).padStart(8, '0')).join('');
}
