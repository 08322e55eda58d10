/**
 * Identities of nodes: kind and parts, each distinct one numbered from 1. Raw identities never move; what they resolve
 * to is decided when a view of the graph is taken.
 *
 * A full table keeps no more names, only numbers made of them: such an identity is the kind's `(other)` to whoever asks
 * what it is, and still another than those of other names, so that what belongs together is told as well as before.
 */
import { hash } from 'node:crypto';
import { finalize } from './bytes.ts';
import { encodePart, ownText } from './names.ts';

export const SERVICE = 0;
export const TOPIC = 1;
export const TABLE = 2;
export const DATABASE = 3;
export const EXTERNAL = 4;
const KINDS = ['service', 'topic', 'table', 'database', 'external'];

/** Parts by kind, in the order of `parts`; empty string = unknown. The environment always comes first. */
export interface Identity {
  readonly kind: number;
  readonly environment: string;
  /** service: namespace, name; topic: system, cluster, name; table: system, instance, database, schema, name; database: system, instance, database; external: name. */
  readonly parts: readonly string[];
  readonly id: string;
  readonly overflow: boolean;
}

type IdentityEntry = readonly [kind: number, environment: string, parts: readonly string[]];

export const OVERFLOW_NAME = '(other)';
export const TEMPORARY_NAME = '(temporary)';

/** An identity that no table numbers. */
export function identityOf(kind: number, environment: string, parts: readonly string[]): Identity {
  return { kind, environment, parts, id: identityId(kind, environment, parts), overflow: false };
}

/** The `(other)` of a kind. */
export function overflowIdentity(kind: number): Identity {
  return { kind, environment: '', parts: [OVERFLOW_NAME], id: `${KINDS[kind]}:${OVERFLOW_NAME}`, overflow: true };
}

/** How many parts a kind has at least and at most. */
const ARITIES: Readonly<Record<number, readonly [number, number]>> = {
  [SERVICE]: [1, 2],
  [TOPIC]: [3, 3],
  [TABLE]: [5, 5],
  [DATABASE]: [3, 3],
  [EXTERNAL]: [1, 1],
};

/** Reads an id as a person writes it, `~` for unknown parts; undefined when it is none. */
export function parseIdentity(id: string): Identity | undefined {
  const [, word = '', path = '', environment = ''] = /^([a-z]+):([^@]*)(?:@([^@]+))?$/s.exec(id) ?? [];
  const kind = KINDS.indexOf(word);
  if (kind < 0) return undefined;
  const parts = path.split('/').map(decodePart);
  const [least, most] = ARITIES[kind]!;
  if (parts.length < least || parts.length > most || parts.at(-1) === undefined) return undefined;
  if (!parts.every(part => part !== undefined) || (kind !== DATABASE && parts.at(-1) === '')) return undefined;
  const env = decodePart(environment);
  if (env === undefined) return undefined;
  return identityOf(kind, env, kind === SERVICE && parts.length === 1 ? ['', ...parts] : parts);
}

function decodePart(part: string): string | undefined {
  if (part === '~') return '';
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/**
 * Numbers from here on are made of names: kind (3 bits), and 27 bits of the whole. Of topics 6 bits tell the system and
 * 3 the cluster and 5 the environment, where zero is unknown, and 13 the name.
 */
const UNNAMED = 2 ** 30;
const KIND_SHIFT = 27;
const TOPIC_BITS = 2 ** 27 - 1;
const SYSTEM_SHIFT = 21;
const SYSTEM_BITS = 63 << SYSTEM_SHIFT;
const NAME_BITS = (2 ** 13 - 1) << 8;
const CLUSTER_SHIFT = 5;
const CLUSTER_BITS = 7 << CLUSTER_SHIFT;
const ENVIRONMENT_BITS = 31;
/** Beside its texts. */
const IDENTITY_BYTES = 200;

/** True for an identity whose name found no place. */
export function isUnnamed(identity: number): boolean {
  return identity >= UNNAMED;
}

export class Identities {
  private readonly all: Identity[] = [];
  private readonly byId = new Map<string, number>();
  private limit = 0;
  private maxBytes = 0;
  /** Lookups of names that found no place. */
  refused = 0;
  /** About what the names take. */
  bytes = 0;

  constructor(limit: number, maxBytes = Number.POSITIVE_INFINITY) {
    this.setLimit(limit, maxBytes);
    for (let kind = 0; kind < KINDS.length; kind++) this.add(overflowIdentity(kind));
  }

  /** Beside the `(other)` ones. Identities beyond a lower limit stay. */
  setLimit(limit: number, maxBytes = Number.POSITIVE_INFINITY): void {
    this.limit = limit + KINDS.length;
    this.maxBytes = maxBytes;
  }

  /** Of the `(other)` ones. */
  readonly kinds = KINDS.length;

  get size(): number {
    return this.all.length;
  }

  get(identity: number): Identity {
    return this.all[(identity >= UNNAMED ? this.overflow((identity >>> KIND_SHIFT) & 7) : identity) - 1]!;
  }

  /** True for two topics whose names differ, or whose environments, systems or clusters do, as far as both are known. */
  areDifferentTopics(a: number, b: number): boolean {
    if (isUnnamed(a) || isUnnamed(b)) {
      const differ = this.topicNumber(a) ^ this.topicNumber(b);
      if ((differ & NAME_BITS) !== 0) return true;
      const areKnown = (bits: number) => (this.topicNumber(a) & bits) !== 0 && (this.topicNumber(b) & bits) !== 0;
      return [SYSTEM_BITS, CLUSTER_BITS, ENVIRONMENT_BITS].some(bits => (differ & bits) !== 0 && areKnown(bits));
    }
    const [one, other] = [this.get(a), this.get(b)];
    const differ = (x = '', y = '') => x !== y && x !== '' && y !== '';
    if (one.parts[2] !== other.parts[2] || differ(one.environment, other.environment)) return true;
    return differ(one.parts[0], other.parts[0]) || differ(one.parts[1], other.parts[1]);
  }

  /** True for two tables of one name that agree on all parts both know. */
  areSameTable(a: number, b: number): boolean {
    if (a === b) return true;
    if (isUnnamed(a) || isUnnamed(b)) return false;
    const [one, other] = [this.get(a), this.get(b)];
    if (one.kind !== TABLE || other.kind !== TABLE || one.overflow || other.overflow) return false;
    const agree = (x = '', y = '') => x === y || x === '' || y === '';
    if (one.parts.at(-1) !== other.parts.at(-1) || !agree(one.environment, other.environment)) return false;
    return one.parts.every((part, i) => agree(part, other.parts[i]));
  }

  /** Empty for what is no table, or has no name. */
  tableName(identity: number): string {
    const { kind, parts, overflow } = this.get(identity);
    return kind !== TABLE || overflow ? '' : (parts.at(-1) ?? '');
  }

  private topicNumber(topic: number): number {
    return isUnnamed(topic) ? topic & TOPIC_BITS : topicNumber(this.get(topic));
  }

  /** The `(other)` of a kind. */
  overflow(kind: number): number {
    return kind + 1;
  }

  intern(kind: number, environment: string, parts: readonly string[]): number {
    const id = identityId(kind, environment, parts);
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    if (this.all.length >= this.limit || this.bytes >= this.maxBytes) {
      this.refused++;
      return unnamed(kind, id, environment, parts);
    }
    return this.add({ kind, environment, parts: parts.map(ownText), id: ownText(id), overflow: false });
  }

  /** Identities by their places, up to one of them, as what `restore` takes. */
  entries(from: number, to: number): readonly IdentityEntry[] {
    return this.all.slice(from, to).map(({ kind, environment, parts }) => [kind, environment, parts]);
  }

  /** Puts identities behind those that are there, whatever the limit. */
  restore(entries: readonly IdentityEntry[]): void {
    for (const [kind, environment, parts] of entries) this.add(identityOf(kind, environment, parts));
  }

  private add(identity: Identity): number {
    this.bytes += sizeOf(identity);
    this.byId.set(identity.id, this.all.push(identity));
    return this.all.length;
  }
}

/** `kind:part/part[@environment]`; a service's namespace is left out when unknown. */
function identityId(kind: number, environment: string, parts: readonly string[]): string {
  const encoded = parts.map(part => encodeReserved(kind, part));
  if (kind === SERVICE && parts[0] === '') encoded.shift();
  return `${KINDS[kind]}:${encoded.join('/')}${environment === '' ? '' : `@${encodePart(environment)}`}`;
}

function encodeReserved(kind: number, part: string): string {
  if (part === OVERFLOW_NAME || (part === TEMPORARY_NAME && kind !== TOPIC)) return `%28${part.slice(1)}`;
  return encodePart(part);
}

function unnamed(kind: number, id: string, environment: string, parts: readonly string[]): number {
  const rest = kind === TOPIC ? topicNumber({ environment, parts }) : hashText(id) >>> 5;
  return UNNAMED + kind * 2 ** KIND_SHIFT + rest;
}

/** System, cluster, name and environment. */
function topicNumber({ environment, parts }: Pick<Identity, 'environment' | 'parts'>): number {
  const [system, cluster, name] = parts;
  return (
    someOf(environment, 31) |
    (someOf(system!, 63) << SYSTEM_SHIFT) |
    (someOf(cluster!, 7) << CLUSTER_SHIFT) |
    ((hashText(name!) << 8) & NAME_BITS)
  );
}

/** 1 to `most` for a text, 0 for none. */
function someOf(text: string, most: number): number {
  return text === '' ? 0 : 1 + (hashText(text) % most);
}

function hashText(text: string): number {
  let h = text.length;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return finalize(h);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what fits a byte takes one
const NARROW = /^[\u0000-\u00ff]*$/;

function sizeOf({ id, parts }: Identity): number {
  let bytes = IDENTITY_BYTES + id.length;
  for (const part of parts) bytes += NARROW.test(part) ? part.length : 2 * part.length;
  return NARROW.test(id) ? bytes : bytes + id.length;
}

/** Four digits of base 36 at a time, written as two pairs. */
const FOUR_DIGITS = 36 ** 4;
const TWO_DIGITS = 36 ** 2;
const PAIRS = Array.from({ length: TWO_DIGITS }, (_, n) => n.toString(36).padStart(2, '0'));
const LIMB = 2 ** 22;

/** Short stable name of an id: 16 of `a-z0-9` (82 bits of its SHA-256): its first 88 bits, modulo 36^16. */
export function shortKey(id: string): string {
  const hex = hash('sha256', id, 'hex');
  const high = Number.parseInt(hex.slice(0, 11), 16);
  const low = Number.parseInt(hex.slice(11, 22), 16);
  const limbs = [Math.floor(high / LIMB), high % LIMB, Math.floor(low / LIMB), low % LIMB];
  let key = '';
  for (let part = 0; part < 4; part++) key = takeDigits(limbs) + key;
  return key;
}

/** Divides a number by 36^4, in place, and gives the digits of what is left. Its limbs have 22 bits, the highest first. */
function takeDigits(limbs: number[]): string {
  let rest = 0;
  for (let i = 0; i < limbs.length; i++) {
    const value = rest * LIMB + limbs[i]!;
    limbs[i] = Math.floor(value / FOUR_DIGITS);
    rest = value % FOUR_DIGITS;
  }
  return PAIRS[Math.floor(rest / TWO_DIGITS)]! + PAIRS[rest % TWO_DIGITS]!;
}
