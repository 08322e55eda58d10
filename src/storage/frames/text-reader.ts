/**
 * Texts in a payload → texts. One that was met in an earlier payload is found by its bytes; each has a number that holds
 * until `begin`.
 */
import { ByteMap } from '../../lib/byte-map.ts';
import { viewOf } from '../../lib/bytes.ts';
import type { ByteReader } from './byte-reader.ts';
import { FrameError, LENGTH_SHIFT, LONGEST_NUMBERED, NO_SERIES, SERIES, SHARES_BEGIN, SHARES_END } from './format.ts';

const MAX_TEXTS = 32_768;
const MAX_TEXT_BYTES = 8 << 20;
const SHARES = SHARES_BEGIN | SHARES_END;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A text of at most so many bytes as are numbered. */
class ShortText {
  readonly bytes = new Uint8Array(LONGEST_NUMBERED);
  readonly view = viewOf(this.bytes);
  length = 0;
}

export class TextReader {
  private readonly from: ByteReader;
  /** Of all payloads so far; the first is the empty one. */
  private texts: string[] = [''];
  private bytes = 0;
  private numbers = newNumbers();
  /** By number in the payload less one. */
  private readonly numbered: number[] = [];
  private readonly before = Array.from({ length: SERIES }, () => new ShortText());
  private spare = new ShortText();

  constructor(from: ByteReader) {
    this.from = from;
  }

  /** A payload begins. True when the numbers given before mean nothing any more. */
  begin(): boolean {
    this.numbered.length = 0;
    for (const text of this.before) text.length = 0;
    if (this.texts.length < MAX_TEXTS && this.bytes < MAX_TEXT_BYTES) return false;
    this.texts = [''];
    this.bytes = 0;
    this.numbers = newNumbers();
    return true;
  }

  get(number: number): string {
    return this.texts[number]!;
  }

  /** Number of the next text. */
  number(series = NO_SERIES): number {
    const { from, numbered } = this;
    const use = from.number();
    if (use === 0) return 0;
    if (isDefined(use, numbered)) return numbered[use - 1]!;
    const head = from.number();
    const length = head >>> LENGTH_SHIFT;
    if (series !== NO_SERIES && length <= LONGEST_NUMBERED) return this.define(head & SHARES, length, series);
    if ((head & SHARES) !== 0) throw new FrameError('a text shares bytes with none');
    const start = from.pass(length);
    return length > LONGEST_NUMBERED ? this.add(from.view, start, length) : this.find(from.view, start, length);
  }

  private define(shares: number, length: number, series: number): number {
    const { from, spare } = this;
    const before = this.before[series]!;
    const begin = (shares & SHARES_BEGIN) === 0 ? 0 : from.byte();
    const end = (shares & SHARES_END) === 0 ? 0 : from.byte();
    spare.length = begin + length + end;
    if (spare.length > LONGEST_NUMBERED || begin + end > before.length) throw new FrameError('a text is too long');
    const start = from.pass(length);
    for (let i = 0; i < begin; i++) spare.bytes[i] = before.bytes[i]!;
    for (let i = 0; i < length; i++) spare.bytes[begin + i] = from.view.getUint8(start + i);
    for (let i = 1; i <= end; i++) spare.bytes[spare.length - i] = before.bytes[before.length - i]!;
    this.before[series] = spare;
    this.spare = before;
    return this.find(spare.view, 0, spare.length);
  }

  private find(view: DataView, start: number, length: number): number {
    let number = this.numbers.get(view, start, start + length);
    if (number < 0) {
      number = this.add(view, start, length);
      this.numbers.set(view, start, start + length, number);
    }
    this.numbered.push(number);
    return number;
  }

  private add(view: DataView, start: number, length: number): number {
    this.bytes += length;
    return this.texts.push(readText(new Uint8Array(view.buffer, view.byteOffset + start, length))) - 1;
  }
}

function newNumbers(): ByteMap {
  return new ByteMap(8192, 4 << 20);
}

/** False for the next number: a definition follows. */
export function isDefined(use: number, defined: readonly number[]): boolean {
  if (use < 1 || use > defined.length + 1) throw new FrameError('something is used that was not defined');
  return use <= defined.length;
}

function readText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new FrameError('a text is no UTF-8');
  }
}
