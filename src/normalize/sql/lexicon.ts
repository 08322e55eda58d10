/**
 * The words SQL gives a meaning, each with a number, found by a hash that the tokenizer computes while it scans.
 * A word is hard (neither a table's name nor an alias), plain (may name a table, but is no alias without AS) or soft
 * (may be both).
 */
const HARD = `select from where join straight_join on set values group having order limit offset fetch window qualify
  union intersect except minus into insert update delete as and or not in is null like ilike between exists case when
  then else end with returning for left right inner outer full cross natural lateral apply pivot unpivot distinct
  create alter drop prewhere using by desc asc array`;

const PLAIN = `use force ignore partition tablesample only table overwrite top percent if low_priority high_priority
  delayed quick over do to loop output match_recognize connect replace rollback abort fail all true false default
  current_date current_timestamp current_time localtime localtimestamp current_user session_user system_user
  current_schema current_catalog current_role sysdate systimestamp unknown rownum interval`;

const SOFT = `recursive materialized merge truncate upsert copy load bulk call exec execute begin commit savepoint
  release start save lock unlock explain describe show prepare deallocate discard listen unlisten notify reset pragma
  grant revoke deny vacuum analyze analyse optimize reindex checkpoint comment declare open close move kill while
  elsif elseif exception print refresh rename attach detach flush return go transaction tran work try catch
  isolation deferred immediate exclusive concurrent distributed read view index temp temporary unlogged function
  procedure proc trigger package session system statistics concurrently duplicate key outfile dumpfile xa rows
  nolock readpast updlock rowlock holdlock tablock tablockx paglock xlock nowait readuncommitted readcommitted
  repeatableread serializable snapshot noexpand forceseek forcescan exchange raiserror backup restore enable disable
  cluster unload export import database schema sequence type user role extension login publication subscription
  policy domain server rule event aggregate tablespace synonym language credential certificate
  sp_executesql check repair checksum purge msck cache uncache dbcc waitfor throw reconfigure put get list remove add
  install uninstall break continue first of files grants clone stream task stage pipe dictionary keyspace warehouse
  columnfamily system_time version ping format perform`;

const split = (words: string) => words.split(/\s+/);

const LIST: readonly string[] = ['', ...split(HARD), ...split(PLAIN), ...split(SOFT)];
const LAST_HARD = split(HARD).length;
const LAST_PLAIN = LAST_HARD + split(PLAIN).length;

/** The word's number; for tables built at start, not for statements. */
export function wordNumber(word: string): number {
  const at = LIST.indexOf(word);
  if (at < 1) throw new Error(`"${word}" is not in the lexicon`);
  return at;
}

export const wordText = (word: number): string => LIST[word] ?? '';
export const isHard = (word: number): boolean => word > 0 && word <= LAST_HARD;
/** True for anything that may follow a table's name as its alias. */
export const mayBeAlias = (word: number): boolean => word === 0 || word > LAST_PLAIN;

const SLOTS = 1024;
const MASK = SLOTS - 1;
const CODES: readonly Uint8Array[] = LIST.map(word => Uint8Array.from(word, c => c.charCodeAt(0) | 32));

export const HASH_SEED = 7;
/** One step of the hash; `code` may be of either case. */
export const hashStep = (hash: number, code: number): number => (Math.imul(hash, 31) + (code | 32)) | 0;

const TABLE = new Int16Array(SLOTS);
/** By slot, so that nearly every word of no meaning is told by its hash. */
const HASHES = new Int32Array(SLOTS);
for (let word = 1; word < LIST.length; word++) {
  const hash = CODES[word]!.reduce(hashStep, HASH_SEED);
  let slot = hash & MASK;
  while (TABLE[slot] !== 0) slot = (slot + 1) & MASK;
  TABLE[slot] = word;
  HASHES[slot] = hash;
}

/** The number of the word at [start, end) with that hash; 0 when SQL gives it no meaning. */
export function findWord(text: string, start: number, end: number, hash: number): number {
  for (let slot = hash & MASK; TABLE[slot] !== 0; slot = (slot + 1) & MASK) {
    if (HASHES[slot] === hash && sameWord(text, start, end, CODES[TABLE[slot]!]!)) return TABLE[slot]!;
  }
  return 0;
}

function sameWord(text: string, start: number, end: number, codes: Uint8Array): boolean {
  if (codes.length !== end - start) return false;
  for (let i = 0; i < codes.length; i++) if ((text.charCodeAt(start + i) | 32) !== codes[i]) return false;
  return true;
}
