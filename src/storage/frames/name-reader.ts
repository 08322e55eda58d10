/**
 * Uses and definitions in a payload → numbers of this process. What was defined alike in an earlier payload is found
 * by the numbers of its texts, without making an id or a plan of it.
 */
import { OTHER_GROUP } from '../../contract/interaction.ts';
import { ByteMap } from '../../lib/byte-map.ts';
import { DATABASE, isUnnamed, TABLE } from '../../lib/identities.ts';
import { ACCESS_CONSUME, type Plan, type PlanEffect, type PlanGap, type PlanTable } from '../../lib/plans.ts';
import type { ByteReader } from './byte-reader.ts';
import {
  ACCESS_MASK,
  DATABASE_TOLD,
  EFFECT_FLAGS,
  EFFECT_GROUP,
  FROM_STATEMENT,
  FrameError,
  GAP_MASK,
  GAPS,
  GROUP_TEXTS,
  IDENTITY_OTHER,
  IDENTITY_UNNAMED,
  INSTANCE_TEXTS,
  KIND_MASK,
  NO_SERIES,
  type NumbersOfNames,
  ONE_VERB,
  PARTS,
  PLAN_FLAGS,
  PLAN_OVERFLOW,
  SCHEMA_TOLD,
  SERIES,
  SHARED_MASK,
  SHARED_SHIFT,
  SKIP_REASON_TOLD,
  TABLE_FLAGS,
  TARGET_SHIFT,
  TARGET_TEXTS,
  TIMES_TOLD,
  VERBS_OF_TABLE,
} from './format.ts';
import { NameKey } from './name-key.ts';
import { isDefined, TextReader } from './text-reader.ts';

const newCache = (): ByteMap => new ByteMap(8192, 4 << 20);
const GAP_WORDS = Object.keys(GAPS) as PlanGap[];
/** Of the number of an unnamed identity, where its kind begins. */
const KIND_BITS = 27;

export class NameReader {
  private readonly from: ByteReader;
  private readonly names: NumbersOfNames;
  private readonly texts: TextReader;
  /** Of the payload: numbers of this process, by number in the payload less one. */
  private readonly identities: number[] = [];
  private readonly plans: number[] = [];
  private readonly groups: number[] = [];
  /** Of all payloads so far. */
  private knownIdentities = newCache();
  private knownPlans = newCache();
  private readonly identityKey = new NameKey();
  private readonly planKey = new NameKey();
  /** Where in the key of a plan the verbs of its tables begin. */
  private readonly verbsOfTables: number[] = [];
  /** By series: numbers of the texts of the identity that was defined last. */
  private readonly textsBefore = Array.from({ length: SERIES }, () => new TextsBefore());
  private readonly targetBefore = new TextsBefore();

  constructor(from: ByteReader, names: NumbersOfNames) {
    this.from = from;
    this.names = names;
    this.texts = new TextReader(from);
  }

  /** Nothing is defined yet. */
  begin(): void {
    this.identities.length = this.plans.length = this.groups.length = this.targetBefore.count = 0;
    for (const texts of this.textsBefore) texts.count = 0;
    if (!this.texts.begin()) return;
    this.knownIdentities = newCache();
    this.knownPlans = newCache();
  }

  text(): string {
    return this.texts.get(this.texts.number());
  }

  /** @param variant 0, or another set of series. */
  identity(variant = 0): number {
    const use = this.from.number();
    if (use === 0) return 0;
    if (isDefined(use, this.identities)) return this.identities[use - 1]!;
    const number = this.defineIdentity(variant);
    this.identities.push(number);
    return number;
  }

  private defineIdentity(variant: number): number {
    const flags = this.from.byte();
    if (flags === IDENTITY_UNNAMED) return this.unnamed();
    const kind = flags & KIND_MASK;
    if (kind >= PARTS.length || flags > IDENTITY_UNNAMED) throw new FrameError('there is no such kind of identity');
    if (flags === (kind | IDENTITY_OTHER)) return this.names.identities.overflow(kind);
    if ((flags & IDENTITY_OTHER) !== 0) throw new FrameError('there are no such flags');
    const key = this.identityKey.empty();
    key.put(kind);
    this.readTexts(kind, (flags >> SHARED_SHIFT) & SHARED_MASK, variant, key);
    return key.find(this.knownIdentities) ?? key.keep(this.knownIdentities, this.intern(key));
  }

  /** Environment and parts, the first of them those of the identity before. */
  private readTexts(kind: number, shared: number, variant: number, key: NameKey): void {
    const series = kind + variant;
    const last = PARTS[kind]!;
    const before = this.textsBefore[series]!;
    const { numbers } = before;
    if (shared > before.count) throw new FrameError('an identity shares texts with none');
    before.count = last + 1;
    for (let i = 0; i <= last; i++) {
      if (i >= shared) numbers[i] = this.texts.number(i === last ? series : NO_SERIES);
      key.put(numbers[i]!);
    }
  }

  private unnamed(): number {
    const number = this.from.word();
    if (!isUnnamed(number) || ((number >>> KIND_BITS) & KIND_MASK) >= PARTS.length)
      throw new FrameError('an identity without a name has no kind');
    return number;
  }

  private intern(key: NameKey): number {
    const kind = key.take();
    const environment = this.texts.get(key.take());
    return this.names.identities.intern(kind, environment, this.takeTexts(key, PARTS[kind]!));
  }

  group(): number {
    const use = this.from.number();
    if (use === 0 || use === OTHER_GROUP) return use;
    if (isDefined(use - OTHER_GROUP, this.groups)) return this.groups[use - OTHER_GROUP - 1]!;
    const number = this.names.groupNumber(this.texts.get(this.texts.number(GROUP_TEXTS)));
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

  private readPlan(key: NameKey): void {
    const { from } = this;
    const flags = this.flags(PLAN_FLAGS);
    key.put(flags & (GAP_MASK | PLAN_OVERFLOW));
    key.put((flags & SKIP_REASON_TOLD) === 0 ? 0 : this.texts.number());
    this.readTarget(flags >> TARGET_SHIFT, key);
    this.verbsOfTables.length = 0;
    const tables = key.put(from.count());
    for (let i = 0; i < tables; i++) this.readTable(key);
    const effects = key.put(from.count());
    for (let i = 0; i < effects; i++) this.readEffect(i, key);
  }

  private readTarget(shared: number, key: NameKey): void {
    const { targetBefore, texts, textsBefore } = this;
    const { numbers } = targetBefore;
    const ofTables = textsBefore[TABLE]!;
    const ofDatabases = textsBefore[DATABASE]!;
    if (shared > targetBefore.count) throw new FrameError('a plan shares texts with none');
    targetBefore.count = ofTables.count = ofDatabases.count = TARGET_TEXTS;
    for (let i = 0; i < TARGET_TEXTS; i++) {
      if (i >= shared) numbers[i] = texts.number(i === 2 ? INSTANCE_TEXTS : NO_SERIES);
      ofTables.numbers[i] = ofDatabases.numbers[i] = numbers[i]!;
      key.put(numbers[i]!);
    }
  }

  private readTable(key: NameKey): void {
    const flags = this.access(TABLE_FLAGS);
    key.put(flags & (ACCESS_MASK | FROM_STATEMENT));
    key.put(this.texts.number());
    key.put((flags & SCHEMA_TOLD) === 0 ? 0 : this.texts.number());
    key.put((flags & DATABASE_TOLD) === 0 ? 0 : this.texts.number());
    this.verbsOfTables.push(key.size);
    this.readVerbs(flags, key);
  }

  private readEffect(at: number, key: NameKey): void {
    const flags = this.access(EFFECT_FLAGS);
    key.put(flags & (ACCESS_MASK | FROM_STATEMENT | EFFECT_GROUP));
    key.put(this.identity());
    key.put((flags & TIMES_TOLD) === 0 ? 1 : this.from.number());
    if ((flags & EFFECT_GROUP) !== 0) key.put(this.group());
    if ((flags & VERBS_OF_TABLE) === 0) return this.readVerbs(flags, key);
    const start = this.verbsOfTables[at];
    if (start === undefined) throw new FrameError('an effect has the verbs of no table');
    const count = key.put(key.get(start));
    for (let i = 1; i <= count; i++) key.put(key.get(start + i));
  }

  private readVerbs(flags: number, key: NameKey): void {
    const count = key.put((flags & ONE_VERB) !== 0 ? 1 : this.from.count());
    for (let i = 0; i < count; i++) key.put(this.texts.number());
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
  private makePlan(key: NameKey): Plan {
    const flags = key.take();
    const [skipReason, environment, system, instance, database] = this.takeTexts(key, 5) as FiveTexts;
    const tables = Array.from({ length: key.take() }, () => this.makeTable(key));
    const effects = Array.from({ length: key.take() }, () => this.makeEffect(key));
    const target = { environment, system, instance, database };
    const gap = GAP_WORDS[flags & GAP_MASK]!;
    return { target, tables, effects, skipReason, gap, overflow: (flags & PLAN_OVERFLOW) !== 0 };
  }

  private makeTable(key: NameKey): PlanTable {
    const flags = key.take();
    const [table, schema, database] = this.takeTexts(key, 3) as [string, string, string];
    const verbs = this.takeTexts(key, key.take());
    return { schema, database, table, access: flags & ACCESS_MASK, verbs, fromStatement: isFromStatement(flags) };
  }

  private makeEffect(key: NameKey): PlanEffect {
    const flags = key.take();
    const node = key.take();
    const times = key.take() >>> 0;
    const group = (flags & EFFECT_GROUP) === 0 ? {} : { group: key.take() };
    const verbs = this.takeTexts(key, key.take());
    const fromStatement = isFromStatement(flags);
    return { node, access: flags & ACCESS_MASK, verbs, fromStatement, times, ...group };
  }

  private takeTexts(key: NameKey, count: number): string[] {
    return Array.from({ length: count }, () => this.texts.get(key.take()));
  }
}

/** Numbers of the texts of what was defined last; as many as any identity has. */
class TextsBefore {
  readonly numbers = new Int32Array(Math.max(...PARTS) + 1);
  count = 0;
}

type FiveTexts = [string, string, string, string, string];

const isFromStatement = (flags: number): boolean => (flags & FROM_STATEMENT) !== 0;
