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
  ['receive', RECEIVE],
  ['poll', RECEIVE],
  ['fetch', RECEIVE],
  ['consume', RECEIVE],
  ['process', PROCESSED],
  ['deliver', PROCESSED],
  ['handle', PROCESSED],
  ['ack', SETTLE],
  ['nack', SETTLE],
  ['commit', SETTLE],
  ['settle', SETTLE],
  ['create', CREATE],
]);

/** Verbs of key-value and document stores that change data; every other one reads. Lower case. */
const STORE_WRITES = new Set(
  `set setex setnx mset msetnx getset append incr incrby incrbyfloat decr decrby del unlink expire expireat pexpire
  persist rename renamenx hset hmset hsetnx hincrby hincrbyfloat hdel lpush rpush lpushx rpushx lpop rpop blpop brpop
  lset lrem ltrim rpoplpush lmove sadd srem spop smove sinterstore sunionstore sdiffstore zadd zincrby zrem
  zremrangebyscore zremrangebyrank pfadd pfmerge setbit setrange geoadd xadd xdel xtrim flushdb flushall copy restore
  insert insertone insertmany update updateone updatemany replace replaceone findandmodify findoneandupdate
  findoneandreplace findoneanddelete delete deleteone deletemany remove drop create createindexes dropindexes bulkwrite
  index bulk updatebyquery update_by_query deletebyquery delete_by_query put_item putitem update_item updateitem
  delete_item deleteitem batchwriteitem transactwriteitems put upsert add cas prepend touch`.split(/\s+/),
);

/** Verbs that are no work on data: they give no edge. */
const STORE_HOUSEKEEPING = new Map([
  ...['ping', 'hello', 'info', 'ismaster', 'buildinfo', 'echo', 'command', 'role'].map(
    v => [v, 'health_check'] as const,
  ),
  ...['auth', 'select', 'client', 'config', 'quit', 'endsessions', 'saslstart', 'saslcontinue', 'connect'].map(
    v => [v, 'session'] as const,
  ),
  ...['multi', 'exec', 'discard', 'watch', 'unwatch', 'committransaction', 'aborttransaction'].map(
    v => [v, 'transaction_control'] as const,
  ),
]);

export function storeAccess(verb: string): number {
  return STORE_WRITES.has(verb) ? ACCESS_WRITE : ACCESS_READ;
}

/** Why a store's verb gives no edge; empty when it gives one. */
export function storeSkipReason(verb: string): string {
  return STORE_HOUSEKEEPING.get(verb) ?? '';
}

/** SQL verbs by what they do to the table. */
const SQL_READS = new Set(['select', 'with', 'show', 'fetch', 'find', 'get', 'table', 'values']);
const SQL_WRITES = new Set(
  'insert update delete merge truncate create alter drop rename replace upsert load'.split(' '),
);

/** Access of a verb that stands alone (an operation attribute); -1 when it cannot be told. */
export function sqlAccess(verb: string): number {
  if (SQL_READS.has(verb)) return ACCESS_READ;
  return SQL_WRITES.has(verb) ? ACCESS_WRITE : -1;
}

/** Span names of drivers that are no statements: connecting, pooling, preparing, transactions. Lower case, by substring. */
export const DRIVER_HOUSEKEEPING: readonly string[] = [
  'connect',
  'pool',
  'prepare',
  'begin',
  'commit',
  'rollback',
  'reset',
  'sql.rows',
  'ping',
  'acquire',
];
