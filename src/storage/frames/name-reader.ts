/**
 * Uses and definitions in a payload → numbers of this process. What was defined alike in an earlier payload is found
 * by the numbers of its texts, without making an id or a plan of it.
 */
import { OTHER_GROUP } from '../../contract/interaction.ts';
import { ByteMap } from '../../lib/byte-map.ts';
import { isUnnamed } from '../../lib/identities.ts';
import { ACCESS_CONSUME, type Plan, type PlanEffect, type PlanGap, type PlanTable } from '../../lib/plans.ts';
import type { ByteReader } from './byte-reader.ts';
import {
  ACCESS_MASK,
  EFFECT_GROUP,
  FROM_STATEMENT,
  FrameError,
  GAP_MASK,
  GAPS,
  IDENTITY_OTHER,
  IDENTITY_UNNAMED,
  KIND_MASK,
  LONGEST_NUMBERED,
  type NumbersOfNames,
  PARTS,
  PLAN_FLAGS,
  PLAN_OVERFLOW,
} from './format.ts';

const MAX_TEXTS = 32_768;
const MAX_TEXT_BYTES = 8 << 20;
const newCache = (): ByteMap => new ByteMap(8192, 4 << 20);
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const GAP_WORDS = Object.keys(GAPS) as PlanGap[];

export class NameReader {
  private readonly from: ByteReader;
  private readonly names: NumbersOfNames;
  /** Of the payload: numbers of this process, by number in the payload less one. */
  private readonly identities: number[] = [];
  private readonly plans: number[] = [];
  private readonly groups: number[] = [];
  private readonly numbered: number[] = [];
  /** Of all payloads so far. */
  private texts: string[] = [''];
  private textBytes = 0;
  private textNumbers = newCache();
  private knownIdentities = newCache();
  private knownPlans = newCache();
  private readonly identityKey = new Key();
  private readonly planKey = new Key();

  constructor(from: ByteReader, names: NumbersOfNames) {
    this.from = from;
    this.names = names;
  }

  /** Nothing is defined yet. */
  begin(): void {
    this.identities.length = this.plans.length = this.groups.length = this.numbered.length = 0;
    if (this.texts.length < MAX_TEXTS && this.textBytes < MAX_TEXT_BYTES) return;
    this.texts = [''];
    this.textBytes = 0;
    this.textNumbers = newCache();
    this.knownIdentities = newCache();
    this.knownPlans = newCache();
  }

  identity(): number {
    const use = this.from.number();
    if (use === 0) return 0;
    if (isDefined(use, this.identities)) return this.identities[use - 1]!;
    const number = this.defineIdentity();
    this.identities.push(number);
    return number;
  }

  private defineIdentity(): number {
    const flags = this.from.byte();
    if (flags === IDENTITY_UNNAMED) return this.unnamed();
    const kind = flags & KIND_MASK;
    if (kind >= PARTS.length || (flags | IDENTITY_OTHER | KIND_MASK) !== (IDENTITY_OTHER | KIND_MASK))
      throw new FrameError('there is no such kind of identity');
    if ((flags & IDENTITY_OTHER) !== 0) return this.names.identities.overflow(kind);
    const key = this.identityKey.empty();
    key.put(kind);
    for (let i = 0; i <= PARTS[kind]!; i++) key.put(this.textNumber());
    return key.find(this.knownIdentities) ?? key.keep(this.knownIdentities, this.intern(key));
  }

  private unnamed(): number {
    const number = this.from.word();
    if (!isUnnamed(number) || ((number >>> KIND_BITS) & KIND_MASK) >= PARTS.length)
      throw new FrameError('an identity without a name has no kind');
    return number;
  }

  private intern(key: Key): number {
    const kind = key.take();
    const environment = this.texts[key.take()]!;
    return this.names.identities.intern(kind, environment, this.takeTexts(key, PARTS[kind]!));
  }

  group(): number {
    const use = this.from.number();
    if (use === 0 || use === OTHER_GROUP) return use;
    if (isDefined(use - OTHER_GROUP, this.groups)) return this.groups[use - OTHER_GROUP - 1]!;
    const number = this.names.groupNumber(this.text());
    this.groups.push(number);
    return number;
  }

  plan(): number {
    const use = this.from.number();
    if (use === 0) return 0;
    if (isDefined(use, this.plans)) return this.plans[use - 1]!;
    const key = this.planKey.empty();
    this.readPlan(key);
    const number = key.find(this.knownPlans) ?? key.keep(this.knownPlans, this.names.planNumber(this.makePlan(key)));
    this.plans.push(number);
    return number;
  }

  private readPlan(key: Key): void {
    const { from } = this;
    key.put(this.flags(PLAN_FLAGS));
    for (let i = 0; i < 5; i++) key.put(this.textNumber());
    const tables = key.put(from.count());
    for (let i = 0; i < tables; i++) {
      key.put(this.access(ACCESS_MASK | FROM_STATEMENT));
      for (let part = 0; part < 3; part++) key.put(this.textNumber());
      this.readList(key);
    }
    const effects = key.put(from.count());
    for (let i = 0; i < effects; i++) {
      const flags = key.put(this.access(ACCESS_MASK | FROM_STATEMENT | EFFECT_GROUP));
      key.put(this.identity());
      key.put(from.number());
      if ((flags & EFFECT_GROUP) !== 0) key.put(this.group());
      this.readList(key);
    }
  }

  private readList(key: Key): void {
    const count = key.put(this.from.count());
    for (let i = 0; i < count; i++) key.put(this.textNumber());
  }

  private flags(allowed: number): number {
    const flags = this.from.byte();
    if ((flags | allowed) !== allowed) throw new FrameError('there are no such flags');
    return flags;
  }

  private access(allowed: number): number {
    const flags = this.flags(allowed);
    if ((flags & ACCESS_MASK) > ACCESS_CONSUME) throw new FrameError('there is no such access');
    return flags;
  }

  /** Members in the order in which normalize makes them: equal plans are told by their JSON. */
  private makePlan(key: Key): Plan {
    const flags = key.take();
    const [skipReason, environment, system, instance, database] = this.takeTexts(key, 5) as FiveTexts;
    const tables = Array.from({ length: key.take() }, () => this.makeTable(key));
    const effects = Array.from({ length: key.take() }, () => this.makeEffect(key));
    const target = { environment, system, instance, database };
    const gap = GAP_WORDS[flags & GAP_MASK]!;
    return { target, tables, effects, skipReason, gap, overflow: (flags & PLAN_OVERFLOW) !== 0 };
  }

  private makeTable(key: Key): PlanTable {
    const flags = key.take();
    const [schema, database, table] = this.takeTexts(key, 3) as [string, string, string];
    const verbs = this.takeTexts(key, key.take());
    return { schema, database, table, access: flags & ACCESS_MASK, verbs, fromStatement: isFromStatement(flags) };
  }

  private makeEffect(key: Key): PlanEffect {
    const flags = key.take();
    const node = key.take();
    const times = key.take() >>> 0;
    const group = (flags & EFFECT_GROUP) === 0 ? {} : { group: key.take() };
    const verbs = this.takeTexts(key, key.take());
    const fromStatement = isFromStatement(flags);
    return { node, access: flags & ACCESS_MASK, verbs, fromStatement, times, ...group };
  }

  private takeTexts(key: Key, count: number): string[] {
    return Array.from({ length: count }, () => this.texts[key.take()]!);
  }

  text(): string {
    return this.texts[this.textNumber()]!;
  }

  /** Number of the text among those of all payloads so far. */
  private textNumber(): number {
    const use = this.from.number();
    if (use === 0) return 0;
    if (isDefined(use, this.numbered)) return this.numbered[use - 1]!;
    const { from } = this;
    const length = from.number();
    const start = from.pass(length);
    if (length > LONGEST_NUMBERED) return this.addText(start, length);
    let number = this.textNumbers.get(from.view, start, from.at);
    if (number < 0) {
      number = this.addText(start, length);
      this.textNumbers.set(from.view, start, from.at, number);
    }
    this.numbered.push(number);
    return number;
  }

  private addText(start: number, length: number): number {
    const { view } = this.from;
    this.textBytes += length;
    return this.texts.push(readText(new Uint8Array(view.buffer, view.byteOffset + start, length))) - 1;
  }
}

type FiveTexts = [string, string, string, string, string];

/** Of the number of an unnamed identity, where its kind begins. */
const KIND_BITS = 27;

const isFromStatement = (flags: number): boolean => (flags & FROM_STATEMENT) !== 0;

/** False for the next number: a definition follows. */
function isDefined(use: number, defined: readonly number[]): boolean {
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

/** Words that say what something is, as a key of a cache. */
class Key {
  private words = new Int32Array(64);
  private view = new DataView(this.words.buffer);
  private length = 0;
  private at = 0;

  empty(): this {
    this.length = this.at = 0;
    return this;
  }

  put(word: number): number {
    if (this.length === this.words.length) {
      const words = new Int32Array(2 * this.length);
      words.set(this.words);
      this.words = words;
      this.view = new DataView(words.buffer);
    }
    this.words[this.length++] = word;
    return word;
  }

  /** From the beginning, word by word. */
  take(): number {
    return this.words[this.at++]!;
  }

  find(cache: ByteMap): number | undefined {
    const known = cache.get(this.view, 0, 4 * this.length);
    return known < 0 ? undefined : known;
  }

  keep(cache: ByteMap, number: number): number {
    cache.set(this.view, 0, 4 * this.length, number);
    return number;
  }
}
