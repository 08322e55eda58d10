/**
 * Redis as the generator speaks it: commands with what each does to the database, and those that are messages. The
 * oracle reads no commands: it knows these by heart, and refuses any other.
 */
import { readAttribute } from './attributes.ts';
import type { Attributes } from './span.ts';
import type { DataClass, SkipReason } from './statements.ts';

interface Command {
  readonly does: readonly { readonly does: DataClass; readonly verb: string }[];
}

const reads = (verb: string) => ({ does: 'reads' as const, verb });
const writes = (verb: string) => ({ does: 'writes' as const, verb });

export const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['GET cart:1', { does: [reads('get')] }],
  ['hgetall cart:1', { does: [reads('hgetall')] }],
  ['SET ? ?', { does: [writes('set')] }],
  ['del cart:1 [2 other arguments]', { does: [writes('del')] }],
  ['SET ? ?\nGET ?', { does: [writes('set'), reads('get')] }],
  ['SET ? ?\nDEL ?', { does: [writes('set'), writes('del')] }],
  ['EVALSHA ? ?', { does: [{ does: 'queries', verb: 'evalsha' }] }],
  ['XADD ? ? ?', { does: [writes('xadd')] }],
  ['XREADGROUP ? ? ? ?', { does: [reads('xreadgroup')] }],
  ['XLEN mails', { does: [reads('xlen')] }],
]);

export const SKIPPED_COMMANDS: ReadonlyMap<string, SkipReason> = new Map([
  ['PING', 'health_check'],
  ['multi', 'transaction_control'],
  ['CONFIG GET maxmemory', 'settings'],
]);

export interface StreamWork {
  readonly operation: 'send' | 'receive' | 'settle';
  readonly names: readonly string[];
  readonly group?: string;
}

export const STREAM_COMMANDS: ReadonlyMap<string, StreamWork> = new Map<string, StreamWork>([
  ['XADD mails [2 other arguments]', { operation: 'send', names: ['mails'] }],
  ['xadd orders * a 1', { operation: 'send', names: ['orders'] }],
  ['PUBLISH news hello', { operation: 'send', names: ['news'] }],
  ['XREADGROUP GROUP g1 c STREAMS mails >', { operation: 'receive', names: ['mails'], group: 'g1' }],
  ['XREADGROUP GROUP g1 c STREAMS mails orders > >', { operation: 'receive', names: ['mails', 'orders'], group: 'g1' }],
  ['XREAD STREAMS mails mails 0 0', { operation: 'receive', names: ['mails'] }],
  ['SUBSCRIBE news alerts', { operation: 'receive', names: ['news', 'alerts'] }],
  ['XACK mails g1 1-0', { operation: 'settle', names: ['mails'] }],
]);

const systemOf = (attributes: Attributes) => readAttribute(attributes, 'db.system.name', 'db.system');
export const commandOf = (attributes: Attributes) => readAttribute(attributes, 'db.query.text', 'db.statement');

export const isRedis = (attributes: Attributes): boolean => systemOf(attributes) === 'redis';

/** What a database span sends or receives, if that is what its command does. */
export function streamWorkOf(attributes: Attributes): StreamWork | undefined {
  return isRedis(attributes) ? STREAM_COMMANDS.get(commandOf(attributes) ?? '') : undefined;
}
