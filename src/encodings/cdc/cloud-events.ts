/**
 * CloudEvents, structured (all in one JSON object) or binary (attributes as headers). Those of Debezium say of a change
 * what its source block says, as attributes of their own; those of others have an id and perhaps a context.
 */
import type { RawRecord } from '../../contract/record.ts';
import { readTraceparent } from '../record-headers/trace-context.ts';
import type { DecodedRecord } from '../records/decoded-record.ts';
import { readChange } from './change.ts';
import { type ChangeEvent, EventInBoth, EventInFields, EventInHeaders } from './event.ts';
import type { ChangeReader } from './reader.ts';
import { cloudEventName, fields, SOURCE_NAMES, slot } from './shape.ts';

const SPEC_VERSION = slot('specversion');
const ID = slot('id');
const TYPE = slot('type');
const SOURCE = slot('source');
const OP = slot('iodebeziumop');
const TRACEPARENT = slot('traceparent');

/** `txId` has kept its capital in newer versions, where the other spelling is the id in the transaction block. */
function attributesOf(name: string): readonly string[] {
  if (name === 'txId') return ['iodebeziumtxId', 'iodebeziumtxid'];
  if (name === 'transaction.id') return ['data.transaction.id', 'iodebeziumtxid'];
  if (name === 'op' || SOURCE_NAMES.includes(name)) return [cloudEventName(name)];
  return [`data.${name}`, `data.payload.${name}`];
}

const attributes = new EventInFields(attributesOf, {
  after: ['data.after', 'data.payload.after'],
  before: ['data.before', 'data.payload.before'],
});
const event = new EventInBoth(
  attributes,
  namedBy(() => [fields.text(TYPE), fields.text(SOURCE)]),
);

/** Its connector, which not every event has as an attribute, and all have in `type` and `source`. */
function namedBy(texts: () => readonly string[]): ChangeEvent {
  return { text: name => (name === 'connector' ? firstConnector(texts()) : ''), column: () => '', rowHash: () => 0 };
}

/** Of `io.debezium.connector.postgresql.DataChangeEvent`, `io.debezium.mysql.datachangeevent`, `/debezium/oracle/shop`. */
function firstConnector(texts: readonly string[]): string {
  for (const text of texts) {
    const [, connector] = /^(?:io\.debezium\.(?:connector\.)?|\/debezium\/)(\w+)[./]/.exec(text) ?? [];
    if (connector !== undefined) return connector;
  }
  return '';
}

export const cloudEvent: ChangeReader = {
  format: 'debezium',
  is: () => fields.kind(SPEC_VERSION) === 'string',
  read: (view, raw) => {
    if (view.messageId === '') view.messageId = fields.text(ID);
    view.context ??= readTraceparent(fields.text(TRACEPARENT));
    if (fields.has(OP)) readChange(event, raw.key !== null, view);
  },
};

/** True for a record whose headers are the attributes of a change. */
export function readBinaryCloudEvent(view: DecodedRecord, raw: RawRecord): boolean {
  const binary = new EventInHeaders(raw.headers, name => attributesOf(name).map(attribute => `ce_${attribute}`));
  if (binary.text('op') === '') return false;
  const typed = namedBy(() => [...binary.all('ce_type'), ...binary.all('ce_source')]);
  readChange(new EventInBoth(binary, typed), raw.key !== null, view);
  return true;
}
