/** Maxwell: rows of MySQL and MariaDB, bootstraps, and changes of schemas. */
import type { ChangeOperation } from '../../contract/record.ts';
import { contextOfStatement, setOperation } from './change.ts';
import type { ChangeReader } from './reader.ts';
import { fields, slot } from './shape.ts';

const DATABASE = slot('database');
const TABLE = slot('table');
const TYPE = slot('type');
const TS = slot('ts');
const XID = slot('xid');
const XOFFSET = slot('xoffset');
const POSITION = slot('position');
const GTID = slot('gtid');
const QUERY = slot('query');

const OPERATIONS: ReadonlyMap<string, ChangeOperation> = new Map([
  ['insert', 'insert'],
  ['update', 'update'],
  ['delete', 'delete'],
  ['bootstrap-insert', 'snapshot'],
]);
const OTHER_TYPE = /^(bootstrap-(start|complete)|(table|database)-(create|alter|drop)|heartbeat)$/;

export const maxwell: ChangeReader = {
  format: 'maxwell',
  is: () => {
    if (fields.kind(DATABASE) !== 'string') return false;
    const type = fields.text(TYPE);
    return (OPERATIONS.has(type) && fields.text(TABLE) !== '') || OTHER_TYPE.test(type);
  },
  read: view => {
    const type = fields.text(TYPE);
    const operation = OPERATIONS.get(type);
    if (operation === undefined) {
      view.marker = type === 'heartbeat' ? 'heartbeat' : type.startsWith('bootstrap') ? 'control' : 'schema_change';
      return;
    }
    const change = view.addChange();
    setOperation(change, operation);
    change.system = 'mysql';
    change.database = fields.text(DATABASE);
    change.table = fields.text(TABLE);
    // Seconds, of rows; only changes of schemas have milliseconds.
    change.timeMs = fields.number(TS) * 1000;
    change.transaction = fields.text(GTID) || fields.text(XID);
    change.position = positionOf();
    change.context = contextOfStatement(fields.text(QUERY));
  },
};

/** Rows of one transaction share its position; the last has no offset in it. */
function positionOf(): string {
  const place = fields.text(POSITION) || fields.text(GTID) || fields.text(XID);
  return place === '' ? '' : `${place}/${fields.text(XID)}/${fields.text(XOFFSET)}`;
}
