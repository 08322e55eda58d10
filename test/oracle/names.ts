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
  return `${kept}~${fnv1a(bytes).toString(16).padStart(8, '0')}`;
}

function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

function encodePart(part: string | undefined): string {
  if (part === undefined) return UNKNOWN;
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
