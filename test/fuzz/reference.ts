/**
 * What protobufjs makes of a trace request, as span records.
 *
 * `strictOutcome` decodes with the official definitions: it checks every byte. `readingOutcome` decodes with
 * definitions that leave as bytes what the program passes over unread. So for any input:
 *  - strict accepts: the scanner accepts, with the same spans;
 *  - reading refuses: the scanner refuses;
 *  - only reading accepts: the fault lies in a part that nobody reads. The scanner may refuse; if it accepts, its
 *    spans are those of `readingOutcome`.
 *
 * Deliberate differences between the scanner and protobufjs with the official definitions, each in the third case:
 *  - text is not checked for valid UTF-8 here; names are cleaned when they are interned;
 *  - events, entity references, scope attributes, schema URLs, array and key-value-list values, and values of
 *    attributes that no convention knows are not looked into, so they may be malformed, or nested to any depth;
 *  - indexes into a profile's string table (AnyValue 8) mean nothing in traces and are ignored: a strict reader refuses.
 *
 * Quirks of protobufjs itself are mended in `mended-reader.ts`.
 */
import { TracesRequest } from '../kits/otlp.ts';
import { mendedReader } from './mended-reader.ts';
import { readRequest } from './reference-reading.ts';
import { recordSpans } from './reference-record.ts';
import { strictRequest } from './reference-strict.ts';
import type { Outcome } from './span-record.ts';

export function strictOutcome(bytes: Uint8Array): Outcome {
  return outcome(() => strictRequest(TracesRequest.decode(mendedReader(bytes))));
}

export function readingOutcome(bytes: Uint8Array): Outcome {
  return outcome(() => readRequest(bytes));
}

function outcome(decode: () => Parameters<typeof recordSpans>[0]): Outcome {
  try {
    return { spans: recordSpans(decode()) };
  } catch (error) {
    return { malformed: error instanceof Error ? error.message : String(error) };
  }
}
