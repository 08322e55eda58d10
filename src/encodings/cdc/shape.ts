/**
 * The fields that are read of change events in JSON, all formats together: one walk over a value finds what tells its
 * format and what that format says.
 */
import { JsonFields } from '../json-fields.ts';
import { JsonShape } from '../json-shape.ts';

const CLOUD_EVENT_FIELDS =
  'op connector name tsms snapshot db schema table collection keyspace txId txid lsn changelsn commitlsn file pos row gtid scn';

export const FLAT_FIELDS = 'op name connector db schema table collection ts_ms lsn file pos row gtid scn txId'.split(
  ' ',
);

export const SHAPE = new JsonShape([
  // A value with its schema beside it.
  ...'schema payload'.split(' '),
  // Debezium.
  ...'op ts_ms before.tracingspancontext after.tracingspancontext transaction.id message.prefix message.content'.split(
    ' ',
  ),
  ...`connector name ts_ms ts_sec snapshot db database keyspace schema table collection query
    lsn change_lsn commit_lsn event_serial_no file pos row gtid scn position_scn txSeq rs_id ssn row_id ord resume_token
    sequence mod_number vgtid ts_hlc commit_ts group_lsn group_offset batch_row_id server_id
    txId lsid txnNumber server_transaction_id`
    .split(/\s+/)
    .map(name => `source.${name}`),
  // Its transactions, changes of schemas, notifications and signals.
  ...'status id event_count ddl databaseName tableChanges historyRecord position aggregate_type additional_data'.split(
    ' ',
  ),
  // CloudEvents of any sender, and what Debezium adds to its own.
  ...`specversion time traceparent data_base64 ${CLOUD_EVENT_FIELDS.split(' ')
    .map(name => `iodebezium${name}`)
    .join(' ')}`.split(' '),
  'data.payload',
  'data.schema',
  'data.after.tracingspancontext',
  'data.before.tracingspancontext',
  'data.transaction.id',
  // Maxwell, Canal and its relatives.
  ...'database table type ts xid xoffset gtid isDdl mysqlType pkNames es sql _tidb.commitTs _tidb.watermarkTs'.split(
    ' ',
  ),
  // AWS DMS.
  ...`record-type operation schema-name table-name commit-timestamp timestamp stream-position transaction-id
    transaction-record-id`
    .split(/\s+/)
    .map(name => `metadata.${name}`),
  // Oracle GoldenGate.
  ...'op_type op_ts current_ts pos csn'.split(' '),
  // What Debezium's flattening adds to a row.
  ...FLAT_FIELDS.flatMap(name => [`__${name}`, `__source_${name}`]),
  '__deleted',
  // Documents of a MongoDB change stream.
  ...'operationType ns.db ns.coll _id._data clusterTime wallTime lsid txnNumber'.split(' '),
]);

/** The value that is being decoded: decoding is synchronous, and one at a time. */
export const fields = new JsonFields(SHAPE);

export const slot = (path: string): number => SHAPE.slot(path);
