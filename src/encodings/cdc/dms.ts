/** AWS Database Migration Service: rows with their metadata beside them, and control records. */
import type { ChangeOperation } from '../../contract/record.ts';
import { setOperation, withRow } from './change.ts';
import type { ChangeReader } from './reader.ts';
import { fields, slot } from './shape.ts';

const RECORD_TYPE = slot('metadata.record-type');
const OPERATION = slot('metadata.operation');
const SCHEMA = slot('metadata.schema-name');
const TABLE = slot('metadata.table-name');
const COMMIT_TIME = slot('metadata.commit-timestamp');
const TIME = slot('metadata.timestamp');
const POSITION = slot('metadata.stream-position');
const TRANSACTION = slot('metadata.transaction-id');
const IN_TRANSACTION = slot('metadata.transaction-record-id');
const DATA = slot('data');

const OPERATIONS: ReadonlyMap<string, ChangeOperation> = new Map([
  ['insert', 'insert'],
  ['update', 'update'],
  ['delete', 'delete'],
  ['load', 'snapshot'],
]);
/** Tables that the service keeps for itself. */
const OWN_TABLE = /^awsdms_/i;

export const dms: ChangeReader = {
  format: 'dms',
  is: () => fields.kind(RECORD_TYPE) === 'string',
  read: (view, raw) => {
    const operation = OPERATIONS.get(fields.text(OPERATION));
    const table = fields.text(TABLE);
    if (fields.text(RECORD_TYPE) !== 'data' || operation === undefined || table === '') {
      view.marker = /^(create|drop|rename|truncate|add|change)-/.test(fields.text(OPERATION))
        ? 'schema_change'
        : 'control';
      return;
    }
    if (OWN_TABLE.test(table)) {
      view.marker = 'control';
      return;
    }
    const change = view.addChange();
    setOperation(change, operation);
    change.schema = fields.text(SCHEMA);
    change.table = table;
    change.timeMs = Date.parse(fields.text(COMMIT_TIME)) || Date.parse(fields.text(TIME)) || 0;
    change.transaction = fields.text(TRANSACTION);
    const place = fields.text(POSITION);
    if (place === '') return;
    const position = `${place}/${change.transaction}/${fields.text(IN_TRANSACTION)}`;
    change.position = raw.key === null ? withRow(position, fields.hash(DATA)) : position;
  },
};
