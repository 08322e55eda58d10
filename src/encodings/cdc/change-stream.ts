/** Documents of MongoDB's change streams, as MongoDB's own connector writes them. */
import type { ChangeOperation } from '../../contract/record.ts';
import { setOperation } from './change.ts';
import type { ChangeReader } from './reader.ts';
import { fields, slot } from './shape.ts';

const OPERATION_TYPE = slot('operationType');
const NS = slot('ns');
const DATABASE = slot('ns.db');
const COLLECTION = slot('ns.coll');
const TOKEN = slot('_id._data');
const SECONDS = slot('clusterTime.$timestamp.t');
const WALL_TIME = slot('wallTime.$date');
const SESSION = slot('lsid');
const TRANSACTION = slot('txnNumber');

const OPERATIONS: ReadonlyMap<string, ChangeOperation> = new Map([
  ['insert', 'insert'],
  ['update', 'update'],
  ['replace', 'update'],
  ['delete', 'delete'],
]);

export const changeStream: ChangeReader = {
  format: 'change_stream',
  is: () => fields.kind(OPERATION_TYPE) === 'string' && (fields.isObject(NS) || fields.has(TOKEN)),
  read: view => {
    const operation = OPERATIONS.get(fields.text(OPERATION_TYPE));
    const table = fields.text(COLLECTION);
    // Of collections, databases and indexes, and the end of a stream.
    if (operation === undefined || table === '') {
      view.marker = 'schema_change';
      return;
    }
    const change = view.addChange();
    setOperation(change, operation);
    change.system = 'mongodb';
    change.database = fields.text(DATABASE);
    change.table = table;
    change.timeMs = fields.number(SECONDS) * 1000 || Date.parse(fields.text(WALL_TIME)) || 0;
    change.position = fields.text(TOKEN);
    const number = fields.rawText(TRANSACTION);
    if (number !== '') change.transaction = `${fields.rawText(SESSION)}/${number}`;
  },
};
