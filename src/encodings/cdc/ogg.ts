/** Oracle GoldenGate's JSON, in operation mode (before and after) and row mode (columns beside the metadata). */
import type { ChangeOperation } from '../../contract/record.ts';
import { setOperation } from './change.ts';
import type { ChangeReader } from './reader.ts';
import { fields, slot } from './shape.ts';

const TABLE = slot('table');
const OP_TYPE = slot('op_type');
const OP_TS = slot('op_ts');
const CURRENT_TS = slot('current_ts');
const POS = slot('pos');
const CSN = slot('csn');
const XID = slot('xid');

const OPERATIONS: ReadonlyMap<string, ChangeOperation> = new Map([
  ['I', 'insert'],
  ['U', 'update'],
  // An update of the primary key.
  ['P', 'update'],
  ['D', 'delete'],
  ['T', 'truncate'],
]);

export const ogg: ChangeReader = {
  format: 'ogg',
  is: () =>
    OPERATIONS.has(fields.text(OP_TYPE)) &&
    fields.text(TABLE) !== '' &&
    (fields.has(POS) || fields.has(OP_TS) || fields.has(CURRENT_TS)),
  read: view => {
    const [table, schema = '', database = ''] = partsOf(fields.text(TABLE)).toReversed();
    const change = view.addChange();
    setOperation(change, OPERATIONS.get(fields.text(OP_TYPE))!);
    change.database = database;
    change.schema = schema;
    change.table = table!;
    change.timeMs = timeOf(fields.text(OP_TS));
    change.transaction = fields.text(XID);
    change.position = fields.text(POS) || fields.text(CSN);
  },
};

/** `[CATALOG.]SCHEMA.TABLE`, of which each part may be in quotes; never none. */
function partsOf(name: string): readonly string[] {
  const parts = name.match(/"(?:[^"]|"")+"|[^."]+/g) ?? [name];
  return parts.map(part => (part.startsWith('"') && part.length > 2 ? part.slice(1, -1).replaceAll('""', '"') : part));
}

/** A time without a zone, with a blank or a `T`: taken for UTC. */
function timeOf(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)/.exec(text);
  return match === null ? 0 : Date.parse(`${match[1]}T${match[2]}Z`) || 0;
}
