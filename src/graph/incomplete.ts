/**
 * Identities with unknown parts among those that share what they know: each resolves to the only one with more known
 * parts that agrees on all parts both know. They are taken from most to fewest known parts, and what something may
 * resolve to are representatives: those that stay themselves.
 *
 * Candidates are found by their values, not one by one, so that many of one name cost little more than a few.
 */
import type { Identity } from '../lib/identities.ts';

/** What it may resolve to, in lists: one in all, or several when it stays itself. */
export type Candidates = readonly (readonly number[])[];

export class IncompleteGroup {
  private readonly identities: readonly Identity[];
  /** Members in order of their known parts, fewest first: a bit for the environment and each part. */
  private readonly masks: readonly number[];
  /** Representatives by mask. */
  private readonly kept = new Map<number, number[]>();
  private readonly byValues = new Map<string, Map<string, number[]>>();

  /** @param identities of one kind. Numbers of members are places in it. */
  constructor(identities: readonly Identity[]) {
    this.identities = identities;
    this.masks = identities.map(maskOf);
  }

  /** By member: what it resolves to, if it is told; those that are told nothing stay themselves. */
  resolve(): ReadonlyMap<number, Candidates> {
    const told = new Map<number, Candidates>();
    const order = this.masks.map((_, member) => member);
    order.sort((a, b) => bitsOf(this.masks[b]!) - bitsOf(this.masks[a]!));
    for (const member of order) {
      const candidates = this.candidatesOf(member);
      if (candidates.length > 0) told.set(member, candidates);
      if (candidates.length === 1 && candidates[0]!.length === 1) continue;
      const mask = this.masks[member]!;
      const same = this.kept.get(mask);
      if (same === undefined) this.kept.set(mask, [member]);
      else same.push(member);
    }
    return told;
  }

  private candidatesOf(member: number): Candidates {
    const mask = this.masks[member]!;
    const found: (readonly number[])[] = [];
    for (const [more, kept] of this.kept) {
      if (bitsOf(more) <= bitsOf(mask)) continue;
      const both = mask & more;
      const agreeing = this.index(more, both, kept).get(valuesOf(this.identities[member]!, both));
      if (agreeing !== undefined) found.push(agreeing);
    }
    return found;
  }

  /** Those kept with a mask by their values under another; complete, since fewer known parts come later. */
  private index(mask: number, both: number, kept: readonly number[]): Map<string, number[]> {
    const name = `${mask}/${both}`;
    const known = this.byValues.get(name);
    if (known !== undefined) return known;
    const index = new Map<string, number[]>();
    for (const member of kept) {
      const values = valuesOf(this.identities[member]!, both);
      const same = index.get(values);
      if (same === undefined) index.set(values, [member]);
      else same.push(member);
    }
    this.byValues.set(name, index);
    return index;
  }
}

export function isIncomplete(identity: Identity): boolean {
  return identity.environment === '' || identity.parts.includes('');
}

function maskOf({ environment, parts }: Identity): number {
  return parts.reduce((mask, part, i) => (part === '' ? mask : mask | (2 << i)), environment === '' ? 0 : 1);
}

function bitsOf(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits++;
  return bits;
}

/** The parts of a mask as one text; names hold no NUL. */
function valuesOf({ environment, parts }: Identity, mask: number): string {
  let values = (mask & 1) === 0 ? '' : environment;
  for (let i = 0; i < parts.length; i++) values += (mask & (2 << i)) === 0 ? '\0' : `\0${parts[i]}`;
  return values;
}
