/**
 * Which format of change data capture a JSON value is in, told by the names of its fields. What no format has is
 * `unknown`: an event of an application, or a row without anything beside it.
 */
import { fields, slot } from './shape.ts';

export type ChangeFormat =
  | 'wrapped'
  | 'cloudevents'
  | 'debezium'
  | 'debezium_transaction'
  | 'debezium_schema_change'
  | 'debezium_control'
  | 'debezium_heartbeat'
  | 'debezium_unwrapped'
  | 'change_stream'
  | 'canal'
  | 'dms'
  | 'ogg'
  | 'maxwell'
  | 'tombstone'
  | 'unknown';

const PAYLOAD = slot('payload');
const SCHEMA = slot('schema');
const SPEC_VERSION = slot('specversion');
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
const DATA = slot('data');
const IS_DDL = slot('isDdl');
const MYSQL_TYPE = slot('mysqlType');
const PK_NAMES = slot('pkNames');
const RECORD_TYPE = slot('metadata.record-type');
const OP_TYPE = slot('op_type');
const OP_TS = slot('op_ts');
const CURRENT_TS = slot('current_ts');
const POS = slot('pos');
const DATABASE = slot('database');
const TYPE = slot('type');
const TS_MS = slot('ts_ms');
const OPERATION_TYPE = slot('operationType');
const NS = slot('ns');
const STREAM_TOKEN = slot('_id._data');
/** What flattening leaves of an event, where it is told to. */
const FLAT = ['__op', '__deleted', '__table', '__source_table', '__lsn', '__source_ts_ms'].map(slot);

const MAXWELL_TYPE =
  /^(insert|update|delete|bootstrap-(start|insert|complete)|(table|database)-(create|alter|drop)|heartbeat)$/;
const SIGNAL_TYPE =
  /^(log|schema-changes|set-binlog-position|(execute|stop|pause|resume)-snapshot|snapshot-window-.*)$/;

/** Of the value that `fields` has read. */
export function detectFormat(): ChangeFormat {
  if (fields.has(PAYLOAD) && fields.has(SCHEMA)) return 'wrapped';
  if (fields.kind(SPEC_VERSION) === 'string') return 'cloudevents';
  if (fields.kind(OP) === 'string' && fields.isObject(SOURCE)) return 'debezium';
  return detectControl() ?? detectOther();
}

/** What Debezium writes beside changes. */
function detectControl(): ChangeFormat | undefined {
  if (fields.has(STATUS) && fields.has(ID) && /^(BEGIN|END)$/.test(fields.text(STATUS))) return 'debezium_transaction';
  if (fields.has(HISTORY_RECORD)) return 'debezium_schema_change';
  if (fields.has(DDL) && (fields.has(TABLE_CHANGES) || fields.has(DATABASE_NAME))) return 'debezium_schema_change';
  if (fields.has(AGGREGATE_TYPE) && fields.has(ADDITIONAL_DATA)) return 'debezium_control';
  if (fields.has(TYPE) && fields.has(DATA) && SIGNAL_TYPE.test(fields.text(TYPE))) return 'debezium_control';
  return fields.members === 1 && fields.kind(TS_MS) === 'number' ? 'debezium_heartbeat' : undefined;
}

function detectOther(): ChangeFormat {
  if (fields.has(IS_DDL) || fields.has(MYSQL_TYPE) || fields.has(PK_NAMES)) return 'canal';
  if (fields.has(RECORD_TYPE)) return 'dms';
  if (fields.has(OP_TYPE) && [POS, OP_TS, CURRENT_TS].some(one => fields.has(one))) return 'ogg';
  if (fields.kind(DATABASE) === 'string' && MAXWELL_TYPE.test(fields.text(TYPE))) return 'maxwell';
  if (fields.has(OPERATION_TYPE) && (fields.isObject(NS) || fields.has(STREAM_TOKEN))) return 'change_stream';
  return FLAT.some(one => fields.has(one)) ? 'debezium_unwrapped' : 'unknown';
}

/** Reads an object and says its format; of one with its schema beside it what is inside. */
export function readFormat(json: Uint8Array): ChangeFormat {
  fields.read(json);
  const format = detectFormat();
  if (format !== 'wrapped') return format;
  if (!fields.isObject(PAYLOAD)) return fields.kind(PAYLOAD) === 'null' ? 'tombstone' : 'unknown';
  fields.read(json, fields.start(PAYLOAD), fields.end(PAYLOAD));
  const inner = detectFormat();
  return inner === 'wrapped' ? 'unknown' : inner;
}

/** True for an object in a format of change data capture. */
export function isBareChange(json: Uint8Array): boolean {
  try {
    const format = readFormat(json);
    return format !== 'unknown' && format !== 'tombstone';
  } catch {
    return false;
  }
}
