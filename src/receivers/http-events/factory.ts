/** The `http_events` receiver type: its options and the decoders it works with. */
import type { ReceiverFactory } from '../../contract/component.ts';
import { RecordDecoder, readRecordDocument } from '../../encodings/records/document.ts';
import { toOutbox } from '../outbox-names.ts';
import type { RecordCodec } from './codec.ts';
import { checkHttpEventsConfig, type HttpEventsConfig, httpEventsConfig } from './config.ts';
import { createHttpEventsReceiver } from './receiver.ts';

export const httpEventsFactory: ReceiverFactory<HttpEventsConfig> = {
  kind: 'receiver',
  type: 'http_events',
  description:
    'Takes records over HTTP: dumps of Kafka records and bare change events as lines of JSON at `/v1/records`, CloudEvents at `/v1/cloudevents`.',
  signals: ['events'],
  config: httpEventsConfig,
  check: checkHttpEventsConfig,
  create: (settings, config, consumers) => {
    const codecOf = (given: HttpEventsConfig): RecordCodec => {
      const decoder = new RecordDecoder(toOutbox(given.outbox));
      return { read: readRecordDocument, decode: record => decoder.decode(record) };
    };
    return createHttpEventsReceiver(settings, config, consumers, codecOf);
  },
};
