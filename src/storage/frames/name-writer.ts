/** Identities, plans, groups and texts of this process → uses and definitions in a payload. */
import { OTHER_GROUP } from '../../contract/interaction.ts';
import { DATABASE, isUnnamed, TABLE } from '../../lib/identities.ts';
import type { ByteWriter } from './byte-writer.ts';
import {
  DATABASE_TOLD,
  EFFECT_GROUP,
  GROUP_TEXTS,
  IDENTITY_OTHER,
  IDENTITY_UNNAMED,
  INSTANCE_TEXTS,
  LENGTH_SHIFT,
  type NamesOfNumbers,
  NO_SERIES,
  SCHEMA_TOLD,
  SERIES,
  SHARED_SHIFT,
  SHARES_BEGIN,
  SHARES_END,
  SKIP_REASON_TOLD,
  TARGET_SHIFT,
  TARGET_TEXTS,
  TIMES_TOLD,
  VERBS_OF_TABLE,
} from './format.ts';
import { FrameNumbers } from './frame-numbers.ts';
import { Recipes } from './recipes.ts';

/** Room for what is written beside a text. */
const ROOM = 32;
/** What bytes in common must be worth. */
const LEAST_SHARED = 2;
/** Of the texts of a target. */
const INSTANCE = 2;
/** The place that shares nothing with any other. */
const NOWHERE = 0;

export class NameWriter {
  private readonly out: ByteWriter;
  private readonly names: NamesOfNumbers;
  private readonly recipes: Recipes;
  private readonly identities = new FrameNumbers();
  private readonly plans = new FrameNumbers();
  private readonly groups = new FrameNumbers();
  private readonly texts = new FrameNumbers();
  /** By series: the text, and the place of the identity, that were defined last. */
  private readonly textBefore = new Int32Array(SERIES);
  private readonly placesBefore = new Int32Array(SERIES);
  private targetBefore = NOWHERE;

  constructor(out: ByteWriter, names: NamesOfNumbers) {
    this.out = out;
    this.names = names;
    this.recipes = new Recipes(names);
  }

  /** Nothing is defined yet. */
  begin(): void {
    this.recipes.bound();
    this.identities.begin();
    this.plans.begin();
    this.groups.begin();
    this.texts.begin();
    this.textBefore.fill(0);
    this.placesBefore.fill(NOWHERE);
    this.targetBefore = NOWHERE;
  }

  /** @param variant 0, or another set of series. */
  identity(identity: number, variant = 0): void {
    const { out } = this;
    out.ensure(ROOM);
    if (identity === 0) return out.byte(0);
    if (isUnnamed(identity)) return this.unnamed(identity);
    const known = this.identities.find(identity);
    out.number(known || this.identities.count);
    if (known === 0) this.defineIdentity(identity, variant);
  }

  private defineIdentity(identity: number, variant: number): void {
    const at = this.recipes.identity(identity);
    const { words } = this.recipes;
    const kind = words[at]!;
    if ((kind & IDENTITY_OTHER) !== 0) return this.out.byte(kind);
    const series = kind + variant;
    const place = at + 1;
    const shared = this.recipes.inCommon(place, this.placesBefore[series]!);
    this.placesBefore[series] = place;
    this.out.byte(kind | (shared << SHARED_SHIFT));
    const last = place + words[place]!;
    for (let i = place + 1 + shared; i <= last; i++) this.word(words[i]!, i === last ? series : NO_SERIES);
  }

  /** Told anew each time: its number is shorter than any list of such. */
  private unnamed(identity: number): void {
    this.out.number(++this.identities.count);
    this.out.byte(IDENTITY_UNNAMED);
    this.out.word(identity);
  }

  group(group: number): void {
    this.out.ensure(ROOM);
    if (group <= OTHER_GROUP) return this.out.byte(group);
    const known = this.groups.find(group);
    this.out.number((known || this.groups.count) + OTHER_GROUP);
    if (known === 0) this.text(this.names.groups[group]!, GROUP_TEXTS);
  }

  plan(plan: number): void {
    this.out.ensure(ROOM);
    if (plan === 0) return this.out.byte(0);
    const known = this.plans.find(plan);
    this.out.number(known || this.plans.count);
    if (known === 0) this.definePlan(this.recipes.plan(plan));
  }

  private definePlan(at: number): void {
    const { words } = this.recipes;
    const told = words[at]!;
    const target = at + 2;
    const shared = this.recipes.inCommon(target, this.targetBefore);
    this.out.byte(told | (shared << TARGET_SHIFT));
    if ((told & SKIP_REASON_TOLD) !== 0) this.word(words[at + 1]!, NO_SERIES);
    for (let i = shared; i < TARGET_TEXTS; i++)
      this.word(words[target + 1 + i]!, i === INSTANCE ? INSTANCE_TEXTS : NO_SERIES);
    // Its nodes mostly are where it ran.
    this.targetBefore = this.placesBefore[TABLE] = this.placesBefore[DATABASE] = target;
    this.defineEffects(this.defineTables(target + 1 + TARGET_TEXTS));
  }

  /** Answers with where the words behind them begin. */
  private defineTables(at: number): number {
    const { words } = this.recipes;
    let next = at + 1;
    for (let left = this.count(words[at]!); left > 0; left--) {
      const told = this.flags(words[next]!);
      this.word(words[next + 1]!, NO_SERIES);
      if ((told & SCHEMA_TOLD) !== 0) this.word(words[next + 2]!, NO_SERIES);
      if ((told & DATABASE_TOLD) !== 0) this.word(words[next + 3]!, NO_SERIES);
      next = this.verbs(next + 4, true);
    }
    return next;
  }

  private defineEffects(at: number): void {
    const { words } = this.recipes;
    let next = at + 1;
    for (let left = this.count(words[at]!); left > 0; left--) {
      const told = this.flags(words[next]!);
      this.identity(words[next + 1]!);
      if ((told & TIMES_TOLD) !== 0) this.out.number(words[next + 2]!);
      if ((told & EFFECT_GROUP) !== 0) this.group(words[next + 3]!);
      next = this.verbs(next + 4, (told & VERBS_OF_TABLE) === 0);
    }
  }

  /** Answers with where the words behind them begin. */
  private verbs(at: number, areTold: boolean): number {
    const { words } = this.recipes;
    const count = words[at]!;
    const end = at + 1 + count;
    if (!areTold) return end;
    if (count !== 1) this.count(count);
    for (let i = at + 1; i < end; i++) this.word(words[i]!, NO_SERIES);
    return end;
  }

  private count(count: number): number {
    this.out.ensure(ROOM);
    this.out.number(count);
    return count;
  }

  private flags(flags: number): number {
    this.out.ensure(ROOM);
    this.out.byte(flags);
    return flags;
  }

  /** Leaves room for a few bytes behind it. @param series of texts that resemble each other. */
  text(text: string, series = NO_SERIES): void {
    this.word(this.recipes.texts.numberOf(text), series);
  }

  private word(text: number, series: number): void {
    const { out, texts } = this;
    out.ensure(ROOM);
    if (text === 0) return out.byte(0);
    if (text < 0) return this.longText(text);
    const known = texts.find(text);
    out.number(known || texts.count);
    if (known === 0) this.defineText(text, series);
  }

  private defineText(text: number, series: number): void {
    const { out } = this;
    const { texts } = this.recipes;
    const start = texts.startOf(text);
    const end = texts.endOf(text);
    out.ensure(end - start + 2 * ROOM);
    if (series !== NO_SERIES) return this.defineAlike(start, end, series, text);
    out.number((end - start) << LENGTH_SHIFT);
    out.raw(texts.bytes, start, end);
  }

  private defineAlike(start: number, end: number, series: number, text: number): void {
    const { out } = this;
    const { texts } = this.recipes;
    const { bytes } = texts;
    const before = this.textBefore[series]!;
    this.textBefore[series] = text;
    const startBefore = before === 0 ? 0 : texts.startOf(before);
    const endBefore = before === 0 ? 0 : texts.endOf(before);
    const most = Math.min(end - start, endBefore - startBefore);
    let begin = 0;
    while (begin < most && bytes[start + begin] === bytes[startBefore + begin]) begin++;
    if (begin < LEAST_SHARED) begin = 0;
    let tail = 0;
    while (tail < most - begin && bytes[end - 1 - tail] === bytes[endBefore - 1 - tail]) tail++;
    if (tail < LEAST_SHARED) tail = 0;
    const told = (begin > 0 ? SHARES_BEGIN : 0) | (tail > 0 ? SHARES_END : 0);
    out.number(((end - start - begin - tail) << LENGTH_SHIFT) | told);
    if (begin > 0) out.byte(begin);
    if (tail > 0) out.byte(tail);
    out.raw(bytes, start + begin, end - tail);
  }

  private longText(text: number): void {
    const { out } = this;
    const bytes = this.recipes.texts.longBytes(text);
    out.number(this.texts.count + 1);
    out.number(bytes.length << LENGTH_SHIFT);
    out.ensure(bytes.length + ROOM);
    out.raw(bytes, 0, bytes.length);
  }
}
