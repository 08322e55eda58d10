/**
 * Commands of Redis that send and receive messages → the streams and channels they name. Clients mask arguments in many
 * ways; a command whose key is masked names none.
 */
import { CONSUMER, PRODUCER, SETTLE } from '../../contract/observation.ts';

export interface StreamUse {
  /** Class of the span's row. */
  readonly operation: number;
  /** As written, each once. */
  readonly names: readonly string[];
  readonly group: string;
}

type Arguments = 'key' | 'all' | 'streams' | 'key_group';

interface StreamCommand {
  readonly operation: number;
  readonly takes: Arguments;
}

export const STREAM_COMMANDS: ReadonlyMap<string, StreamCommand> = new Map([
  ['xadd', { operation: PRODUCER, takes: 'key' }],
  ['publish', { operation: PRODUCER, takes: 'key' }],
  ['spublish', { operation: PRODUCER, takes: 'key' }],
  ['xread', { operation: CONSUMER, takes: 'streams' }],
  ['xreadgroup', { operation: CONSUMER, takes: 'streams' }],
  ['xclaim', { operation: CONSUMER, takes: 'key_group' }],
  ['xautoclaim', { operation: CONSUMER, takes: 'key_group' }],
  ['subscribe', { operation: CONSUMER, takes: 'all' }],
  ['psubscribe', { operation: CONSUMER, takes: 'all' }],
  ['ssubscribe', { operation: CONSUMER, takes: 'all' }],
  ['xack', { operation: SETTLE, takes: 'key_group' }],
]);

const MAX_NAMES = 64;
/** `?`, `[3 other arguments]`, `***`, `$1`, `%s`, `<binary>`. */
const MASKED = /^(\?+|\[.*|\*+|\.\.\.|\$\d+|%s|<.*>)$/;
/** Where reading of a stream begins. */
const POSITION = /^(>|\$|\+|-|\d+(-(\d+|\*))?|\?+)$/;

/** @param verb lower case. @param statement the whole command, as the client wrote it down. */
export function readStreamCommand(verb: string, statement: string): StreamUse | undefined {
  const command = STREAM_COMMANDS.get(verb);
  const [first = '', ...words] = statement.trim().split(/\s+/, 1024).map(unquote);
  if (command === undefined || first.toLowerCase() !== verb) return undefined;
  const names = [...new Set(namesOf(command.takes, words))].filter(name => name !== '').slice(0, MAX_NAMES);
  return names.length === 0 ? undefined : { operation: command.operation, names, group: groupOf(command.takes, words) };
}

const unquote = (word: string): string => word.replace(/^(["'])(.*)\1$/, '$2');

function namesOf(takes: Arguments, words: readonly string[]): readonly string[] {
  if (takes === 'streams') return streamsOf(words);
  const masked = words.findIndex(word => MASKED.test(word));
  const named = masked < 0 ? words : words.slice(0, masked);
  return takes === 'all' ? named : named.slice(0, 1);
}

/** `… STREAMS a b > >`: as many positions as streams follow, unless the text is cut. */
function streamsOf(words: readonly string[]): readonly string[] {
  const at = words.findIndex(word => word.toLowerCase() === 'streams');
  if (at < 0) return [];
  const rest = words.slice(at + 1);
  const masked = rest.findIndex(word => word.startsWith('['));
  const whole = masked < 0 && rest.length % 2 === 0;
  const position = rest.findIndex(word => POSITION.test(word) || MASKED.test(word));
  const end = whole ? rest.length / 2 : masked >= 0 && (position < 0 || masked < position) ? masked : position;
  return rest.slice(0, end < 0 ? 1 : end).filter(word => !MASKED.test(word));
}

function groupOf(takes: Arguments, words: readonly string[]): string {
  const at = takes === 'streams' ? words.findIndex(word => word.toLowerCase() === 'group') + 1 : 1;
  const group = takes === 'key' || takes === 'all' || at === 0 ? '' : (words[at] ?? '');
  return MASKED.test(group) ? '' : group;
}
