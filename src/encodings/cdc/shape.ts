/**
 * The fields that are read of change events in JSON, all formats together: one walk over a value finds what tells its
 * format and what that format says.
 */
import { JsonFields } from '../json-fields.ts';
import { JsonShape } from '../json-shape.ts';

const words = (text: string): string[] => text.trim().split(/\s+/);
const under = (parent: string, text: string): string[] => words(text).map(name => `${parent}.${name}`);

/** What Debezium says of where a change comes from, by the names in its `source` block. */
export const SOURCE_NAMES =
  words(`connector name ts_ms ts_sec snapshot db database keyspace schema table collection query
  lsn change_lsn commit_lsn event_serial_no file pos row gtid scn position_scn txSeq rs_id ssn row_id ord resume_token
  sequence mod_number vgtid ts_hlc commit_ts group_lsn group_offset batch_row_id server_id
  txId lsid txnNumber server_transaction_id`);

const PATHS: readonly string[] = [
  // A value with its schema beside it.
  ...words('schema payload'),
  // Debezium.
  ...words('op ts_ms transaction.id message.prefix message.content'),
  ...words('before after'),
  ...under('source', SOURCE_NAMES.join(' ')),
  // Its transactions, changes of schemas, notifications and signals.
  ...words('status id ddl databaseName tableChanges historyRecord aggregate_type additional_data type data'),
  // CloudEvents of any sender, and what Debezium adds to its own: names without underscores, in lower case but one.
  ...words('specversion source time traceparent iodebeziumop iodebeziumtxId'),
  ...SOURCE_NAMES.map(cloudEventName),
  ...under('data', 'schema payload transaction.id'),
  ...words('data.before data.after data.payload.before data.payload.after'),
  // What its flattening adds to a row.
  ...words('__op __deleted'),
  ...SOURCE_NAMES.flatMap(name => [`__${name}`, `__source_${name}`]),
  // Maxwell, Canal and its relatives.
  ...words('database table ts xid xoffset position gtid query isDdl mysqlType pkNames es'),
  ...under('_tidb', 'commitTs watermarkTs'),
  // AWS DMS.
  ...under(
    'metadata',
    `record-type operation schema-name table-name commit-timestamp timestamp stream-position transaction-id
    transaction-record-id`,
  ),
  // Oracle GoldenGate.
  ...words('op_type op_ts current_ts pos csn'),
  // Documents of a MongoDB change stream.
  ...words('operationType ns.db ns.coll _id._data clusterTime.$timestamp.t wallTime.$date lsid txnNumber'),
];

export const SHAPE = new JsonShape(PATHS);

/** The same with more: what both have stands in the same slots. */
export function shapeWith(paths: readonly string[]): JsonShape {
  return new JsonShape([...PATHS, ...paths]);
}

export function cloudEventName(name: string): string {
  return `iodebezium${name.replaceAll('_', '').toLowerCase()}`;
}

/** The value that is being decoded: decoding is synchronous, and one at a time. */
export const fields = new JsonFields(SHAPE);

export const slot = (path: string): number => SHAPE.slot(path);
