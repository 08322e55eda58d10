/**
 * What identities and plans are told by, as words, worked out once: their objects and texts lie all over the memory, and
 * each frame defines its names anew.
 *
 *     identity   flags, place
 *     plan       flags, reason, place of the target, count of tables, of each: flags, name, schema, database, verbs;
 *                count of effects, of each: flags, node, times, group, verbs
 *     place      count of texts, then these: environment, parts
 *     verbs      count, then these
 *
 * Texts are numbers of `Texts`.
 */
import type { Plan, PlanEffect, PlanTable } from '../../lib/plans.ts';
import {
  DATABASE_TOLD,
  EFFECT_GROUP,
  FROM_STATEMENT,
  GAPS,
  IDENTITY_OTHER,
  type NamesOfNumbers,
  ONE_VERB,
  PLAN_OVERFLOW,
  SCHEMA_TOLD,
  SKIP_REASON_TOLD,
  TIMES_TOLD,
  VERBS_OF_TABLE,
} from './format.ts';
import { Texts } from './texts.ts';
import { WordList } from './word-list.ts';

/** More are forgotten, all at once. */
const MAX_WORDS = 1 << 21;

export class Recipes {
  readonly texts = new Texts();
  private readonly list = new WordList(1);
  private readonly names: NamesOfNumbers;
  /** Where each begins, by number; 0: not worked out. */
  private identities = new Int32Array(256);
  private plans = new Int32Array(256);

  constructor(names: NamesOfNumbers) {
    this.names = names;
    this.clear();
  }

  get words(): Int32Array {
    return this.list.words;
  }

  /** Forgets all, when it is much. Not while a frame is written. */
  bound(): void {
    if (this.list.count >= MAX_WORDS || this.texts.isFull) this.clear();
  }

  private clear(): void {
    this.texts.clear();
    this.identities.fill(0);
    this.plans.fill(0);
    this.list.count = 0;
    // At 0 is the place that has nothing in common with any.
    this.put(0);
  }

  /** Where its words begin. */
  identity(identity: number): number {
    if (identity >= this.identities.length) this.identities = grown(this.identities, identity);
    return this.identities[identity]! || this.addIdentity(identity);
  }

  plan(plan: number): number {
    if (plan >= this.plans.length) this.plans = grown(this.plans, plan);
    return this.plans[plan]! || this.addPlan(plan);
  }

  /** How many leading texts of a place are those of the other. */
  inCommon(place: number, other: number): number {
    const { words } = this;
    const most = Math.min(words[place]!, words[other]!);
    let count = 0;
    while (count < most && words[place + 1 + count] === words[other + 1 + count]) count++;
    return count;
  }

  private addIdentity(identity: number): number {
    const { kind, environment, parts, overflow } = this.names.identities.get(identity);
    const at = this.list.count;
    this.put(overflow ? kind | IDENTITY_OTHER : kind);
    this.putTexts([environment, ...parts]);
    this.identities[identity] = at;
    return at;
  }

  private addPlan(plan: number): number {
    const { target, tables, effects, skipReason, gap, overflow }: Plan = this.names.plans.get(plan);
    const at = this.list.count;
    this.put(GAPS[gap] | (overflow ? PLAN_OVERFLOW : 0) | (skipReason === '' ? 0 : SKIP_REASON_TOLD));
    this.putText(skipReason);
    this.putTexts([target.environment, target.system, target.instance, target.database]);
    this.put(tables.length);
    for (const table of tables) this.addTable(table);
    this.put(effects.length);
    for (const [i, effect] of effects.entries()) this.addEffect(effect, tables[i]?.verbs);
    this.plans[plan] = at;
    return at;
  }

  private addTable({ schema, database, table, access, verbs, fromStatement }: PlanTable): void {
    const told = (schema === '' ? 0 : SCHEMA_TOLD) | (database === '' ? 0 : DATABASE_TOLD);
    this.put(access | (fromStatement ? FROM_STATEMENT : 0) | (verbs.length === 1 ? ONE_VERB : 0) | told);
    this.putText(table);
    this.putText(schema);
    this.putText(database);
    this.putTexts(verbs);
  }

  private addEffect(
    { node, access, verbs, fromStatement, times, group }: PlanEffect,
    ofTable: readonly string[] | undefined,
  ): void {
    const asTable = ofTable?.length === verbs.length && verbs.every((verb, i) => verb === ofTable[i]);
    const told = (group === undefined ? 0 : EFFECT_GROUP) | (times === 1 ? 0 : TIMES_TOLD);
    const how = asTable ? VERBS_OF_TABLE : verbs.length === 1 ? ONE_VERB : 0;
    this.put(access | (fromStatement ? FROM_STATEMENT : 0) | told | how);
    this.put(node);
    this.put(times);
    this.put(group ?? 0);
    this.putTexts(verbs);
  }

  private putTexts(texts: readonly string[]): void {
    this.put(texts.length);
    for (const text of texts) this.putText(text);
  }

  private putText(text: string): void {
    this.put(this.texts.numberOf(text));
  }

  private put(word: number): void {
    const { list } = this;
    const at = list.add();
    list.words[at] = word;
  }
}

function grown(words: Int32Array<ArrayBuffer>, last: number): Int32Array<ArrayBuffer> {
  const more = new Int32Array(2 ** Math.ceil(Math.log2(last + 2)));
  more.set(words);
  return more;
}
