/** The graph of what happened before a time, by what is known of all spans: each interaction counts at the start of its witness. */

import type { Decisions } from './decisions.ts';
import { buildDocument, type OracleDocument } from './document.ts';
import type { Interaction } from './interactions.ts';

const NO_LOGS = { counts: { observed: 0, besideSpans: 0, duplicates: 0, badTimes: 0 }, interactions: [], services: [] };
const NO_RECORDS = { records: {}, changes: {}, interactions: [], seen: [], proven: [], ways: [], reasons: [] };

export function documentBefore({ spans, changeInteractions, ...rest }: Decisions, timeUs: number): OracleDocument {
  const happened = ({ witness }: Interaction) => witness.startUs < timeUs;
  const isSeen = ({ fact }: Decisions['spans'][number]) => fact.startUs < timeUs;
  // Of a span that came later, the part of another that came before.
  const others = spans.filter(one => !isSeen(one)).flatMap(({ interactions }) => interactions);
  const before: Decisions = {
    ...rest,
    spans: spans.filter(isSeen).map(one => ({ ...one, interactions: one.interactions.filter(happened) })),
    changeInteractions: [...changeInteractions, ...others].filter(happened),
  };
  return buildDocument(before, { received: 0, duplicates: 0, reasons: [] }, NO_LOGS, NO_RECORDS);
}
