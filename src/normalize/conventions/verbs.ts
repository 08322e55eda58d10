/** What operations do, as data. */
import { CONSUMER, CREATE, PROCESS, PRODUCER, SETTLE } from '../../contract/observation.ts';
import { ACCESS_READ, ACCESS_WRITE } from '../../lib/plans.ts';

const RECEIVE = CONSUMER;
const PROCESSED = CONSUMER | PROCESS;

/** Messaging operations → the row's class (and flag). */
export const MESSAGING_VERBS: ReadonlyMap<string, number> = new Map([
  ['send', PRODUCER],
  ['publish', PRODUCER],
  ['produce', PRODUCER],
  ['enqueue', PRODUCER],
  ['request', PRODUCER],
  ...['sendmessage', 'sendmessagebatch', 'publishbatch', 'send_batch'].map(verb => [verb, PRODUCER] as const),
  ['receive', RECEIVE],
  ['poll', RECEIVE],
  ['fetch', RECEIVE],
  ['consume', RECEIVE],
  ['pull', RECEIVE],
  ['subscribe', RECEIVE],
  ['receivemessage', RECEIVE],
  ['process', PROCESSED],
  ['deliver', PROCESSED],
  ['handle', PROCESSED],
  ['on-message', PROCESSED],
  ['ack', SETTLE],
  ['nack', SETTLE],
  ['commit', SETTLE],
  ['settle', SETTLE],
  ...['acknowledge', 'modack', 'reject', 'abandon', 'complete', 'defer', 'deadletter', 'dead_letter'].map(
    verb => [verb, SETTLE] as const,
  ),
  ...['deletemessage', 'deletemessagebatch'].map(verb => [verb, SETTLE] as const),
  ['create', CREATE],
]);

/** SQL verbs by what they do to the table. */
const SQL_READS = new Set('select with fetch find get table values unload'.split(' '));
const SQL_WRITES = new Set(
  'insert update delete merge truncate create alter drop rename replace upsert load copy refresh'.split(' '),
);
/** What drivers call a verb. */
const SQL_ALIASES: ReadonlyMap<string, string> = new Map([
  ['copy_from', 'copy'],
  ['copyfrom', 'copy'],
]);

/** Access of a verb that stands alone (an operation attribute); -1 when it cannot be told. */
export function sqlAccess(verb: string): number {
  if (SQL_READS.has(verb)) return ACCESS_READ;
  return SQL_WRITES.has(verb) ? ACCESS_WRITE : -1;
}

/** The verb of an operation attribute or a span's name: `SELECT mydb`, `BATCH SELECT`, `pg.query:SELECT mydb`. */
export function sqlVerb(text: string): string {
  const word = /^\s*(?:batch\s+|pg\.query:|query\s+)?([a-z_]{1,64})/i.exec(text)?.[1]?.toLowerCase() ?? '';
  return word === 'batch' ? '' : (SQL_ALIASES.get(word) ?? word);
}

/** What drivers do that is no statement: words that begin a part of a span's name. */
const DRIVER_HOUSEKEEPING =
  /(?<![a-z])(re|dis)?connect|(?<![a-z])(pool|prepare|begin|commit|rollback|transaction|savepoint|reset|rows|ping|acquire|release|close|open|dial|handshake|getconnection|checkout|checkin|authenticate|deallocate|isvalid|health|construct|fetch ?all)/;

export function isDriverHousekeeping(name: string): boolean {
  return DRIVER_HOUSEKEEPING.test(name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase());
}
