/** Debezium's envelopes in JSON, and what its connectors write beside them. */
import type { RecordMarker } from '../../contract/record.ts';
import { isOperation, readChange } from './change.ts';
import { ENVELOPE_TIME, EventInFields } from './event.ts';
import type { ChangeReader } from './reader.ts';
import { fields, SOURCE_NAMES, slot } from './shape.ts';

const OP = slot('op');
const SOURCE = slot('source');
const STATUS = slot('status');
const ID = slot('id');
const DDL = slot('ddl');
const TABLE_CHANGES = slot('tableChanges');
const HISTORY_RECORD = slot('historyRecord');
const DATABASE_NAME = slot('databaseName');
const AGGREGATE_TYPE = slot('aggregate_type');
const ADDITIONAL_DATA = slot('additional_data');
const TYPE = slot('type');
const DATA = slot('data');
const TS_MS = slot('ts_ms');

const SIGNAL_TYPE =
  /^(log|schema-changes|set-binlog-position|(execute|stop|pause|resume)-snapshot|snapshot-window-\w+)$/;
const HEARTBEAT_TOPIC = '__debezium-heartbeat.';

const event = new EventInFields(spell, { after: ['after'], before: ['before'] });

function spell(name: string): readonly string[] {
  if (name === ENVELOPE_TIME) return ['ts_ms'];
  return [SOURCE_NAMES.includes(name) ? `source.${name}` : name];
}

export const debeziumEnvelope: ChangeReader = {
  format: 'debezium',
  is: () => fields.kind(OP) === 'string' && fields.isObject(SOURCE) && isOperation(fields.text(OP)),
  read: (view, raw) => readChange(event, raw.key !== null, view),
};

/** A transaction's begin and end, a schema's change, the heartbeat of a connector, its notifications and signals. */
const MARKERS: readonly { readonly marker: RecordMarker; is(): boolean }[] = [
  {
    marker: 'transaction',
    is: () => fields.has(STATUS) && fields.has(ID) && /^(BEGIN|END)$/.test(fields.text(STATUS)),
  },
  {
    marker: 'schema_change',
    is: () =>
      fields.has(HISTORY_RECORD) || (fields.has(DDL) && (fields.has(TABLE_CHANGES) || fields.has(DATABASE_NAME))),
  },
  { marker: 'control', is: () => fields.has(AGGREGATE_TYPE) && fields.has(ADDITIONAL_DATA) },
  { marker: 'control', is: () => fields.has(DATA) && SIGNAL_TYPE.test(fields.text(TYPE)) },
  { marker: 'heartbeat', is: () => fields.members === 1 && fields.kind(TS_MS) === 'number' },
];

export const debeziumMarker: ChangeReader = {
  format: 'debezium',
  is: () => MARKERS.some(one => one.is()),
  read: view => {
    view.marker = MARKERS.find(one => one.is())?.marker;
  },
};

export function isHeartbeatTopic(topic: string): boolean {
  return topic.startsWith(HEARTBEAT_TOPIC);
}
