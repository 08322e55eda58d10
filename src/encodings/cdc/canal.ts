/**
 * Canal's flat messages, those of its relatives and TiCDC's canal-json: one message has all rows of one event of the
 * binlog, as aligned arrays.
 */
import type { ChangeOperation, RecordMarker } from '../../contract/record.ts';
import { eachItem } from '../json-walk.ts';
import { setOperation, withRow } from './change.ts';
import type { ChangeReader } from './reader.ts';
import { fields, slot } from './shape.ts';
import { timeOfTso } from './tso.ts';

const DATABASE = slot('database');
const TABLE = slot('table');
const TYPE = slot('type');
const IS_DDL = slot('isDdl');
const MYSQL_TYPE = slot('mysqlType');
const PK_NAMES = slot('pkNames');
const DATA = slot('data');
const ES = slot('es');
const GTID = slot('gtid');
const COMMIT_TS = slot('_tidb.commitTs');

const OPERATIONS: ReadonlyMap<string, ChangeOperation> = new Map([
  ['INSERT', 'insert'],
  ['UPDATE', 'update'],
  ['DELETE', 'delete'],
  ['TRUNCATE', 'truncate'],
  // Huawei's DRS: rows of a full load.
  ['INIT', 'snapshot'],
]);

const MARKERS: ReadonlyMap<string, RecordMarker> = new Map([
  ['TIDB_WATERMARK', 'watermark'],
  ['MHEARTBEAT', 'heartbeat'],
  ['GTID', 'transaction'],
  ['XACOMMIT', 'transaction'],
  ['XAROLLBACK', 'transaction'],
]);

export const canal: ChangeReader = {
  format: 'canal',
  is: () => fields.kind(TYPE) === 'string' && (fields.has(IS_DDL) || fields.has(MYSQL_TYPE) || fields.has(PK_NAMES)),
  read: (view, raw) => {
    const type = fields.text(TYPE).toUpperCase();
    const operation = OPERATIONS.get(type);
    const table = fields.text(TABLE);
    if (operation === undefined || table === '' || (fields.text(IS_DDL) === 'true' && operation !== 'truncate')) {
      view.marker = MARKERS.get(type) ?? 'schema_change';
      return;
    }
    const change = view.addChange();
    setOperation(change, operation);
    if (change.rows > 0) change.rows = rowCount();
    change.system = 'mysql';
    change.database = fields.text(DATABASE);
    change.table = table;
    const commitTs = fields.text(COMMIT_TS);
    change.timeMs = fields.number(ES) || timeOfTso(commitTs);
    change.transaction = fields.text(GTID) || commitTs;
    // Canal itself tells no place: a GTID is shared by all messages of its transaction.
    if (commitTs !== '') change.position = raw.key === null ? withRow(commitTs, fields.hash(DATA)) : commitTs;
  },
};

function rowCount(): number {
  if (fields.kind(DATA) !== 'array') return fields.isObject(DATA) ? 1 : 0;
  let rows = 0;
  eachItem(fields.bytes, fields.start(DATA), fields.end(DATA), () => {
    rows++;
  });
  return rows;
}
