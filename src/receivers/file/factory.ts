/** The `file` receiver type. */
import type { ReceiverFactory } from '../../contract/component.ts';
import { RecordDecoder } from '../../encodings/records/document.ts';
import { checkFileConfig, type FileConfig, fileConfig } from './config.ts';
import { FileReceiver } from './receiver.ts';

export const fileFactory: ReceiverFactory<FileConfig> = {
  kind: 'receiver',
  type: 'file',
  description:
    "Follows growing files of JSON lines: what the Collector's file exporter writes, dumps of Kafka records, change events.",
  signals: ['traces', 'logs', 'events'],
  config: fileConfig,
  check: checkFileConfig,
  create: (settings, config, consumers) =>
    new FileReceiver(settings, config, consumers, outbox => new RecordDecoder(outbox)),
};
