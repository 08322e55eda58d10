/** Identities, plans, groups and texts of this process → uses and definitions in a payload. */
import { OTHER_GROUP } from '../../contract/interaction.ts';
import { isUnnamed } from '../../lib/identities.ts';
import type { Plan } from '../../lib/plans.ts';
import type { ByteWriter } from './byte-writer.ts';
import {
  EFFECT_GROUP,
  FROM_STATEMENT,
  GAPS,
  IDENTITY_OTHER,
  IDENTITY_UNNAMED,
  LONGEST_NUMBERED,
  type NamesOfNumbers,
  PLAN_OVERFLOW,
} from './format.ts';
import { FrameNumbers } from './frame-numbers.ts';

/** Texts whose bytes are remembered. */
const MAX_TEXTS = 32_768;
/** Room for what is written beside a text. */
const ROOM = 32;
const encoder = new TextEncoder();

export class NameWriter {
  private readonly out: ByteWriter;
  private readonly names: NamesOfNumbers;
  private readonly identities = new FrameNumbers();
  private readonly plans = new FrameNumbers();
  private readonly groups = new FrameNumbers();
  private readonly texts = new FrameNumbers();
  private readonly textNumbers = new Map<string, number>();
  private readonly textBytes: Uint8Array[] = [];

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
    if (this.textBytes.length < MAX_TEXTS) return;
    this.textNumbers.clear();
    this.textBytes.length = 0;
  }

  identity(identity: number): void {
    const { out } = this;
    out.ensure(ROOM);
    if (identity === 0) return out.byte(0);
    if (isUnnamed(identity)) return this.unnamed(identity);
    const known = this.identities.find(identity);
    out.number(known || this.identities.count);
    if (known > 0) return;
    const { kind, environment, parts, overflow } = this.names.identities.get(identity);
    out.byte(overflow ? kind | IDENTITY_OTHER : kind);
    if (overflow) return;
    this.text(environment);
    for (let i = 0; i < parts.length; i++) this.text(parts[i]!);
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
    if (known === 0) this.text(this.names.groups[group]!);
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
    out.byte(overflow ? GAPS[gap] | PLAN_OVERFLOW : GAPS[gap]);
    this.text(skipReason);
    this.text(target.environment);
    this.text(target.system);
    this.text(target.instance);
    this.text(target.database);
    out.number(tables.length);
    for (const { schema, database, table, access, verbs, fromStatement } of tables) {
      out.byte(fromStatement ? access | FROM_STATEMENT : access);
      this.text(schema);
      this.text(database);
      this.text(table);
      this.list(verbs);
    }
    out.number(effects.length);
    for (const { node, access, verbs, fromStatement, times, group } of effects) {
      out.byte(access | (fromStatement ? FROM_STATEMENT : 0) | (group === undefined ? 0 : EFFECT_GROUP));
      this.identity(node);
      out.number(times);
      if (group !== undefined) this.group(group);
      this.list(verbs);
    }
  }

  /** Leaves room for a few bytes behind it. */
  private list(texts: readonly string[]): void {
    this.out.ensure(ROOM);
    this.out.number(texts.length);
    for (let i = 0; i < texts.length; i++) this.text(texts[i]!);
  }

  /** Leaves room for a few bytes behind it. */
  text(text: string): void {
    const { out, texts } = this;
    out.ensure(ROOM);
    if (text === '') return out.byte(0);
    const number = this.textNumbers.get(text) ?? this.addText(text);
    const known = number < 0 ? 0 : texts.find(number);
    if (known > 0) return out.number(known);
    const bytes = number < 0 ? encoder.encode(text) : this.textBytes[number]!;
    out.number(number < 0 ? texts.count + 1 : texts.count);
    out.number(bytes.length);
    out.ensure(bytes.length + ROOM);
    out.raw(bytes);
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
