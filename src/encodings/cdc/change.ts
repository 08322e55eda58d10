/**
 * An event of Debezium → the change of a row, a logical message, or a marker. Which connector it comes from makes no
 * difference but to where a change stands in its log and which transaction made it: those are looked for by name.
 */
import type { ChangeOperation, SpanContext } from '../../contract/record.ts';
import { commentedTraceparent, findTraceparent } from '../../lib/traceparent.ts';
import { readContextText } from '../record-headers/context-text.ts';
import { readTraceparent } from '../record-headers/trace-context.ts';
import type { Change, DecodedRecord } from '../records/decoded-record.ts';
import { type ChangeEvent, ENVELOPE_TIME, type Row } from './event.ts';
import type { RowColumns } from './row-columns.ts';
import { systemOf } from './systems.ts';

const OPERATIONS: ReadonlyMap<string, ChangeOperation> = new Map([
  ['c', 'insert'],
  ['u', 'update'],
  ['d', 'delete'],
  ['t', 'truncate'],
  ['r', 'snapshot'],
]);

/** Names that tell a place in a log, the first group whose first name is there: each connector has its own. */
const POSITIONS: readonly (readonly string[])[] = [
  'lsn',
  'change_lsn commit_lsn event_serial_no',
  'file pos row',
  'gtid row',
  'scn txSeq rs_id ssn row_id',
  'position_scn group_lsn group_offset batch_row_id',
  'resume_token',
  'ord ts_ms',
  'vgtid',
  'commit_ts',
  'server_transaction_id sequence mod_number',
  'ts_hlc',
].map(names => names.split(' '));

const TRANSACTIONS = [
  'txId',
  'gtid',
  'server_transaction_id',
  'transaction.id',
  'txnNumber',
  'commit_lsn',
  'commit_ts',
];
/** Later than any time in ms that is meant: microseconds. */
const FIRST_MICROS = 1e14;

export function isOperation(op: string): boolean {
  return OPERATIONS.has(op) || op === 'm';
}

/** @param hasKey false: rows are told apart by what is in them. */
export function readChange(event: ChangeEvent, hasKey: boolean, view: DecodedRecord): void {
  const op = event.text('op');
  if (op === 'm') return readLogicalMessage(event, view);
  const table = event.text('table') || event.text('collection');
  // Without one, as where a logical message's content was put in the place of a row, the topic alone is proven.
  if (table === '') return;
  const change = view.addChange();
  change.table = table;
  readSource(event, change);
  setOperation(change, operationOf(op, event.text('snapshot')));
  change.position = positionOf(event, hasKey);
  change.transaction = transactionOf(event);
  const { columns } = view.outbox;
  if (op === 'c' || op === 'u' || op === 'd') change.context = contextOf(event, op, columns);
  if (change.operation === 'insert' && view.messageId === '') view.messageId = idOf(event, columns);
}

export function setOperation(change: Change, operation: ChangeOperation): void {
  change.operation = operation;
  change.rows = operation === 'truncate' || operation === 'snapshot' ? 0 : 1;
}

/** Older connectors call what a snapshot reads `c`. An unknown operation is that of a sender without one. */
function operationOf(op: string, snapshot: string): ChangeOperation {
  if (op === 'c' && snapshot !== '' && snapshot !== 'false') return 'snapshot';
  return OPERATIONS.get(op) ?? 'update';
}

function readSource(event: ChangeEvent, change: Change): void {
  change.system = systemOf(event.text('connector')) || impliedSystem(event);
  change.source = event.text('name');
  change.database = event.text('db') || event.text('database') || event.text('keyspace');
  change.schema = event.text('schema');
  const made = Number(event.text('ts_ms')) || Number(event.text('ts_sec')) * 1000;
  // Some sources do not know when (a snapshot's of old MongoDB, say), and write 0.
  const time = made || Number(event.text(ENVELOPE_TIME));
  change.timeMs = time >= FIRST_MICROS ? Math.floor(time / 1000) : Number.isFinite(time) ? Math.max(time, 0) : 0;
}

/** Old events do not name their connector. */
function impliedSystem(event: ChangeEvent): string {
  if (event.text('scn') !== '') return 'oracle.db';
  return event.text('server_id') !== '' && event.text('file') !== '' ? 'mysql' : '';
}

function positionOf(event: ChangeEvent, hasKey: boolean): string {
  for (const names of POSITIONS) {
    let position = event.text(names[0]!);
    if (position === '') continue;
    for (let i = 1; i < names.length; i++) position += `/${event.text(names[i]!)}`;
    return hasKey ? position : withRow(position, event.rowHash());
  }
  return '';
}

/** Rows of one place in the log that no key tells apart. */
export function withRow(position: string, rowHash: number): string {
  return rowHash === 0 ? position : `${position}/${rowHash >>> 0}`;
}

function transactionOf(event: ChangeEvent): string {
  for (const name of TRANSACTIONS) {
    const text = event.text(name);
    if (text === '') continue;
    if (name === 'txnNumber') return `${event.text('lsid')}/${text}`;
    // PostgreSQL's has the LSN behind it, which is another one for each event.
    return name === 'transaction.id' ? text.replace(/^(\d+):\d+$/, '$1') : text;
  }
  return '';
}

/** Of the span that made the change: in a column of the row, or in the comment of its statement. */
function contextOf(event: ChangeEvent, op: string, columns: RowColumns): SpanContext | undefined {
  if (op !== 'd') {
    for (const name of columns.contexts) {
      const text = columnOf(event, 'after', name, columns);
      // What an update leaves as it was is of the span before.
      if (text === '' || text === columnOf(event, 'before', name, columns)) continue;
      const context = readContextText(name, text);
      if (context !== undefined) return context;
    }
  }
  return contextOfStatement(event.text('query'));
}

/** Of the message that a new row is; empty: none of its columns says so. */
function idOf(event: ChangeEvent, columns: RowColumns): string {
  for (const name of columns.ids) {
    const id = columnOf(event, 'after', name, columns);
    if (id !== '') return id;
  }
  return '';
}

/** Empty: there is no statement. */
export function contextOfStatement(sql: string): SpanContext | undefined {
  return sql.includes('traceparent') ? readTraceparent(commentedTraceparent(sql)) : undefined;
}

/** What `pg_logical_emit_message` wrote; an operation without a message is how TiCDC marks time. */
function readLogicalMessage(event: ChangeEvent, view: DecodedRecord): void {
  const prefix = event.text('message.prefix');
  const content = Buffer.from(event.text('message.content'), 'base64').toString('utf8');
  if (prefix === '' && content === '') {
    view.marker = 'watermark';
    return;
  }
  view.marker = 'message';
  const context = contextIn(prefix, content);
  const transaction = transactionOf(event);
  if (context !== undefined && transaction !== '')
    view.transactionContext = { source: event.text('name'), transaction, context };
}

/** A `traceparent` as the content, beside its name in content or prefix, or as the prefix. */
function contextIn(prefix: string, content: string): SpanContext | undefined {
  const named = findTraceparent(content, 0, content.length) || findTraceparent(prefix, 0, prefix.length);
  return readTraceparent(named) ?? readTraceparent(content.trim()) ?? readTraceparent(prefix.trim());
}

/** Of a row, or of a document, which MongoDB's connector writes as a text of JSON. */
function columnOf(event: ChangeEvent, row: Row, name: string, columns: RowColumns): string {
  const column = event.column(row, name, columns);
  if (column !== '') return column;
  const document = event.text(row);
  return document.includes(JSON.stringify(name)) ? fieldOf(document, name) : '';
}

function fieldOf(document: string, name: string): string {
  try {
    const fields = JSON.parse(document) as Readonly<Record<string, unknown>>;
    if (!Object.hasOwn(fields, name)) return '';
    const { [name]: found } = fields;
    if (typeof found === 'object') return found === null ? '' : JSON.stringify(found);
    return String(found);
  } catch {
    return '';
  }
}
