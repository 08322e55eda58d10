/**
 * Names and node identities: raw attribute values in, clean names and node ids out.
 * An identity is never parsed back from its id; every part is kept beside it.
 */
import type { NodeKind } from '../../src/contract/graph-document.ts';

const UNKNOWN = '~';
const MAX_NAME_BYTES = 255;
const KEPT_NAME_BYTES = 246;

// biome-ignore lint/suspicious/noControlCharactersInRegex: names may hold them, ids may not
const REPLACED = /[\u0000\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: names may hold them, ids may not
const ENCODED = /[%/@#\s\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export interface NodeIdentity {
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  readonly namespace?: string;
  readonly environment?: string;
  readonly system?: string;
  readonly cluster?: string;
  readonly instance?: string;
  readonly database?: string;
  readonly schema?: string;
}

/** Replaces NUL and bidi controls; cuts what is longer than 255 bytes and marks it with a hash of the whole. */
export function cleanName(raw: string): string {
  const name = raw.toWellFormed().replace(REPLACED, '\ufffd');
  const bytes = Buffer.from(name);
  if (bytes.length <= MAX_NAME_BYTES) return name;
  let kept = '';
  for (const character of name) {
    if (Buffer.byteLength(kept + character) > KEPT_NAME_BYTES) break;
    kept += character;
  }
  return `${kept}~${hashBytes(bytes).toString(16).padStart(8, '0')}`;
}

/** 32 bits over little-endian words, the bytes that remain, and the finalizers of xxHash and murmur3. */
function hashBytes(bytes: Buffer): number {
  let hash = bytes.length ^ 0x9e3779b9;
  const wholeWords = bytes.length - (bytes.length % 4);
  for (let i = 0; i < wholeWords; i += 4) {
    hash = Math.imul(hash ^ bytes.readInt32LE(i), 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  for (const byte of bytes.subarray(wholeWords)) hash = Math.imul(hash ^ byte, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x27d4eb2f);
  return mixBits(hash ^ (hash >>> 15));
}

/** The finalizer of murmur3. */
export function mixBits(word: number): number {
  let hash = word ^ (word >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function encodePart(part: string | undefined): string {
  if (part === undefined) return UNKNOWN;
  if (part === UNKNOWN) return '%7E';
  return part.replace(ENCODED, found =>
    [...Buffer.from(found)].map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

type Parts = Omit<NodeIdentity, 'id' | 'kind'>;

function identity(
  kind: NodeKind,
  path: readonly (string | undefined)[],
  parts: { [K in keyof Parts]: Parts[K] | undefined },
): NodeIdentity {
  const suffix = parts.environment === undefined ? '' : `@${encodePart(parts.environment)}`;
  const known = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  return { ...(known as Parts & object), id: `${kind}:${path.map(encodePart).join('/')}${suffix}`, kind };
}

export function serviceNode(
  environment: string | undefined,
  namespace: string | undefined,
  name: string,
): NodeIdentity {
  return identity('service', namespace === undefined ? [name] : [namespace, name], { name, namespace, environment });
}

export function topicNode(
  environment: string | undefined,
  system: string | undefined,
  cluster: string | undefined,
  name: string,
): NodeIdentity {
  return identity('topic', [system, cluster, name], { name, system, cluster, environment });
}

export function externalNode(environment: string | undefined, name: string): NodeIdentity {
  return identity('external', [name], { name, environment });
}

export interface Store {
  readonly environment: string | undefined;
  readonly system: string | undefined;
  readonly instance: string | undefined;
  readonly database: string | undefined;
}

export function databaseNode(store: Store): NodeIdentity {
  const { system, instance, database } = store;
  return identity('database', [system, instance, database], { ...store, name: database ?? UNKNOWN });
}

export function tableNode(store: Store, schema: string | undefined, table: string): NodeIdentity {
  const { system, instance, database } = store;
  return identity('table', [system, instance, database, schema, table], { ...store, schema, name: table });
}
