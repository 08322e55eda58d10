/**
 * What saving and loading the correlator's tables costs: `node benchmarks/micro/kept-correlator.ts`. Each as full as it
 * gets by default; into memory, so that no disk has a say.
 */
import type { Kept } from '../../src/contract/image.ts';
import { PARENT, ROW_WORDS, SPAN, START, TRACE } from '../../src/contract/observation.ts';
import { NO_PATH } from '../../src/contract/path-sink.ts';
import { Rendezvous } from '../../src/contract/rendezvous.ts';
import { ownHash, parentHash } from '../../src/correlate/hash.ts';
import { LateEntries } from '../../src/correlate/late.ts';
import { MessageLedger } from '../../src/correlate/message-ledger.ts';
import { Rows } from '../../src/correlate/rows.ts';
import { RowsImage } from '../../src/correlate/rows-image.ts';
import { Seen } from '../../src/correlate/seen.ts';
import { finalize } from '../../src/lib/bytes.ts';
import { measureKept } from './kept.ts';

const ROWS = 1_000_000;
const LATE = 5_000_000;
const MESSAGES = 10_000_000;
const SEEN = 20_000_000;
const NO_TREE = { lastOf: () => 0 };

const word = (n: number, salt: number) => finalize(Math.imul(n, 0x9e3779b1) ^ salt) | 0;

function fullRows(): Rows {
  const rows = new Rows(ROWS);
  const words = new Int32Array(ROW_WORDS);
  const floats = new Float64Array(words.buffer);
  for (let n = 0; n < ROWS; n++) {
    for (let i = 0; i < 4; i++) words[TRACE + i] = word(Math.floor(n / 20), i);
    words[SPAN + 1] = word(n, 5);
    words[PARENT + 1] = n % 20 === 0 ? 0 : word(n - 1, 5);
    floats[START >> 1] = n;
    rows.push(words, 0, ownHash(words, 0), parentHash(words, 0));
  }
  return rows;
}

function fullLate(): LateEntries {
  const late = new LateEntries(LATE, 300_000, NO_TREE);
  for (let n = 0; n < LATE; n++) {
    if (n % 50_000 === 0) late.advance(1e12 + n / 50);
    late.add({ a: word(n, 1), b: word(n, 2), high: 0 }, n % 90, 1, n % 1000, NO_PATH, 0, n, 5);
  }
  return late;
}

function fullLedger(): MessageLedger {
  const ledger = new MessageLedger(MESSAGES, 86_400_000);
  const side = new Rendezvous();
  for (let n = 0; n < MESSAGES; n++) {
    if (n % 50_000 === 0) ledger.advance(1e12 + n);
    side.a = word(n, 1);
    side.b = word(n, 2);
    side.row = n;
    ledger.post(side);
  }
  return ledger;
}

function fullSeen(): Seen {
  const seen = new Seen(SEEN, 300_000);
  for (let n = 0; n < SEEN; n++) {
    if (n % 50_000 === 0) seen.advance(1e12 + n / 100);
    seen.test(word(n, 1), word(n, 2));
  }
  return seen;
}

const parts: readonly (readonly [name: string, full: () => Kept, empty: () => Kept, count: number])[] = [
  ['rows', () => new RowsImage(fullRows()), () => new RowsImage(new Rows(ROWS)), ROWS],
  ['late entries', fullLate, () => new LateEntries(LATE, 300_000, NO_TREE), LATE],
  ['messages', fullLedger, () => new MessageLedger(MESSAGES, 86_400_000), MESSAGES],
  ['seen', fullSeen, () => new Seen(SEEN, 300_000), SEEN],
];

for (const [name, full, empty, count] of parts) measureKept(name, full(), empty, count);
