/** What becomes of decoded spans: the rows, links and positions that normalizing makes of them. */
import { LINK_WORDS, ObservationBatch, POSITION_WORDS, ROW_WORDS } from '../../../src/contract/observation.ts';
import type { SpanView } from '../../../src/contract/span-view.ts';
import { Identities } from '../../../src/lib/identities.ts';
import { Plans } from '../../../src/lib/plans.ts';
import { createSpanView } from '../../../src/normalize/conventions/slots.ts';
import { SpanNormalizer } from '../../../src/normalize/spans.ts';
import type { Decoder } from '../../fuzz/span-record.ts';

/** @param records each decoded on its own, by one view, as of one receiver. */
export function observed(decode: Decoder, records: readonly Uint8Array[]): object {
  const normalizer = new SpanNormalizer(new Identities(1000), new Plans());
  const batch = new ObservationBatch();
  const view = createSpanView();
  for (const bytes of records) {
    batch.begin();
    decode(bytes, view, {
      begin: () => {},
      knowsResource: (known: SpanView) => normalizer.knowsResource(known),
      span: (span: SpanView) => normalizer.add(span, batch, false),
      commit: () => ({ accepted: 0, rejected: 0, message: '' }),
      abort: () => {},
    });
    batch.end();
  }
  return {
    rows: [...batch.words.subarray(0, batch.rows * ROW_WORDS - 4)].filter((_, i) => i % ROW_WORDS < 20),
    links: [...batch.linkWords.subarray(0, batch.links * LINK_WORDS)],
    positions: [...batch.positionWords.subarray(0, batch.positions * POSITION_WORDS)],
    refused: [...batch.refused],
  };
}
