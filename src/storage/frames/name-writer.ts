/** Identities, plans, groups and texts of this process → uses and definitions in a payload. */
import { OTHER_GROUP } from '../../contract/interaction.ts';
import { DATABASE, type Identity, isUnnamed, TABLE } from '../../lib/identities.ts';
import type { Plan, PlanEffect, PlanTable } from '../../lib/plans.ts';
import type { ByteWriter } from './byte-writer.ts';
import {
  DATABASE_TOLD,
  EFFECT_GROUP,
  FROM_STATEMENT,
  GAPS,
  GROUP_TEXTS,
  IDENTITY_OTHER,
  IDENTITY_UNNAMED,
  INSTANCE_TEXTS,
  LENGTH_SHIFT,
  LONGEST_NUMBERED,
  type NamesOfNumbers,
  NO_SERIES,
  ONE_VERB,
  PLAN_OVERFLOW,
  SCHEMA_TOLD,
  SERIES,
  SHARED_SHIFT,
  SHARES_BEGIN,
  SHARES_END,
  SKIP_REASON_TOLD,
  TARGET_SHIFT,
  TIMES_TOLD,
  VERBS_OF_TABLE,
} from './format.ts';
import { FrameNumbers } from './frame-numbers.ts';

/** Texts whose bytes are remembered. */
const MAX_TEXTS = 32_768;
/** Room for what is written beside a text. */
const ROOM = 32;
/** What bytes in common must be worth. */
const LEAST_SHARED = 2;
const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();

type Place = Pick<Identity, 'environment' | 'parts'>;
/** Shares nothing with any other. */
const NOWHERE: Place = { environment: '\ud800', parts: [] };

export class NameWriter {
  private readonly out: ByteWriter;
  private readonly names: NamesOfNumbers;
  private readonly identities = new FrameNumbers();
  private readonly plans = new FrameNumbers();
  private readonly groups = new FrameNumbers();
  private readonly texts = new FrameNumbers();
  private readonly textNumbers = new Map<string, number>();
  private readonly textBytes: Uint8Array[] = [];
  /** By series: the text, and the identity, that were defined last. */
  private readonly textBefore = Array<Uint8Array>(SERIES).fill(NO_BYTES);
  private readonly placesBefore = Array<Place>(SERIES).fill(NOWHERE);
  private targetBefore = NOWHERE;

  constructor(out: ByteWriter, names: NamesOfNumbers) {
    this.out = out;
    this.names = names;
  }

  /** Nothing is defined yet. */
  begin(): void {
    this.identities.begin();
    this.plans.begin();
    this.groups.begin();
    this.texts.begin();
    this.textBefore.fill(NO_BYTES);
    this.placesBefore.fill(NOWHERE);
    this.targetBefore = NOWHERE;
    if (this.textBytes.length < MAX_TEXTS) return;
    this.textNumbers.clear();
    this.textBytes.length = 0;
  }

  /** @param variant 0, or another set of series. */
  identity(identity: number, variant = 0): void {
    const { out } = this;
    out.ensure(ROOM);
    if (identity === 0) return out.byte(0);
    if (isUnnamed(identity)) return this.unnamed(identity);
    const known = this.identities.find(identity);
    out.number(known || this.identities.count);
    if (known === 0) this.defineIdentity(this.names.identities.get(identity), variant);
  }

  private defineIdentity(identity: Identity, variant: number): void {
    const { kind, environment, parts, overflow } = identity;
    if (overflow) return this.out.byte(kind | IDENTITY_OTHER);
    const series = kind + variant;
    const before = this.placesBefore[series]!;
    this.placesBefore[series] = identity;
    const shared = environment === before.environment ? 1 + inCommon(parts, before.parts) : 0;
    this.out.byte(kind | (shared << SHARED_SHIFT));
    const last = parts.length - 1;
    if (shared === 0) this.text(environment);
    for (let i = Math.max(shared - 1, 0); i <= last; i++) this.text(parts[i]!, i === last ? series : NO_SERIES);
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
    if (known === 0) this.definePlan(this.names.plans.get(plan));
  }

  private definePlan({ target, tables, effects, skipReason, gap, overflow }: Plan): void {
    const { out } = this;
    const { environment, system, instance, database } = target;
    const before = this.targetBefore;
    const place = { environment, parts: [system, instance, database] };
    const shared = environment === before.environment ? 1 + inCommon(place.parts, before.parts) : 0;
    const told = (overflow ? PLAN_OVERFLOW : 0) | (skipReason === '' ? 0 : SKIP_REASON_TOLD);
    out.byte(GAPS[gap] | told | (shared << TARGET_SHIFT));
    if (skipReason !== '') this.text(skipReason);
    if (shared < 1) this.text(environment);
    if (shared < 2) this.text(system);
    if (shared < 3) this.text(instance, INSTANCE_TEXTS);
    if (shared < 4) this.text(database);
    // Its nodes mostly are where it ran.
    this.targetBefore = this.placesBefore[TABLE] = this.placesBefore[DATABASE] = place;
    out.number(tables.length);
    for (const table of tables) this.defineTable(table);
    out.ensure(ROOM);
    out.number(effects.length);
    for (let i = 0; i < effects.length; i++) this.defineEffect(effects[i]!, tables[i]?.verbs);
  }

  private defineTable({ schema, database, table, access, verbs, fromStatement }: PlanTable): void {
    this.out.ensure(ROOM);
    const told = (schema === '' ? 0 : SCHEMA_TOLD) | (database === '' ? 0 : DATABASE_TOLD);
    this.out.byte(access | (fromStatement ? FROM_STATEMENT : 0) | (verbs.length === 1 ? ONE_VERB : 0) | told);
    this.text(table);
    if (schema !== '') this.text(schema);
    if (database !== '') this.text(database);
    this.writeVerbs(verbs);
  }

  private defineEffect(
    { node, access, verbs, fromStatement, times, group }: PlanEffect,
    ofTable: readonly string[] | undefined,
  ): void {
    const { out } = this;
    const asTable = ofTable?.length === verbs.length && inCommon(verbs, ofTable) === verbs.length;
    const told = (group === undefined ? 0 : EFFECT_GROUP) | (times === 1 ? 0 : TIMES_TOLD);
    const how = asTable ? VERBS_OF_TABLE : verbs.length === 1 ? ONE_VERB : 0;
    out.ensure(ROOM);
    out.byte(access | (fromStatement ? FROM_STATEMENT : 0) | told | how);
    this.identity(node);
    if (times !== 1) out.number(times);
    if (group !== undefined) this.group(group);
    if (!asTable) this.writeVerbs(verbs);
  }

  private writeVerbs(verbs: readonly string[]): void {
    if (verbs.length === 1) return this.text(verbs[0]!);
    this.out.ensure(ROOM);
    this.out.number(verbs.length);
    for (let i = 0; i < verbs.length; i++) this.text(verbs[i]!);
  }

  /** Leaves room for a few bytes behind it. @param series of texts that resemble each other. */
  text(text: string, series = NO_SERIES): void {
    const { out, texts } = this;
    out.ensure(ROOM);
    if (text === '') return out.byte(0);
    const number = this.textNumbers.get(text) ?? this.addText(text);
    if (number < 0) return this.longText(text);
    const known = texts.find(number);
    out.number(known || texts.count);
    if (known > 0) return;
    const bytes = this.textBytes[number]!;
    out.ensure(bytes.length + 2 * ROOM);
    if (series !== NO_SERIES) return this.defineText(bytes, series);
    out.number(bytes.length << LENGTH_SHIFT);
    out.raw(bytes, 0, bytes.length);
  }

  private defineText(bytes: Uint8Array, series: number): void {
    const { out } = this;
    const before = this.textBefore[series]!;
    this.textBefore[series] = bytes;
    const most = Math.min(bytes.length, before.length);
    let begin = 0;
    while (begin < most && bytes[begin] === before[begin]) begin++;
    if (begin < LEAST_SHARED) begin = 0;
    let end = 0;
    const [last, lastBefore] = [bytes.length - 1, before.length - 1];
    while (end < most - begin && bytes[last - end] === before[lastBefore - end]) end++;
    if (end < LEAST_SHARED) end = 0;
    const length = bytes.length - begin - end;
    out.number((length << LENGTH_SHIFT) | (begin > 0 ? SHARES_BEGIN : 0) | (end > 0 ? SHARES_END : 0));
    if (begin > 0) out.byte(begin);
    if (end > 0) out.byte(end);
    out.raw(bytes, begin, begin + length);
  }

  private longText(text: string): void {
    const { out } = this;
    const bytes = encoder.encode(text);
    out.number(this.texts.count + 1);
    out.number(bytes.length << LENGTH_SHIFT);
    out.ensure(bytes.length + ROOM);
    out.raw(bytes, 0, bytes.length);
  }

  /** -1 for one that is not numbered. */
  private addText(text: string): number {
    if (text.length > LONGEST_NUMBERED) return -1;
    const bytes = encoder.encode(text);
    if (bytes.length > LONGEST_NUMBERED) return -1;
    const number = this.textBytes.push(bytes) - 1;
    this.textNumbers.set(text, number);
    return number;
  }
}

/** How many of the first are those of the other. */
function inCommon(texts: readonly string[], others: readonly string[]): number {
  let count = 0;
  while (count < texts.length && texts[count] === others[count]) count++;
  return count;
}
