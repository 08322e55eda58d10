/**
 * Identities of nodes: kind and parts, each distinct one numbered from 1. Raw identities never move; what they resolve
 * to is decided when a view of the graph is taken. Full tables answer with the kind's `(other)`.
 */
import { createHash } from 'node:crypto';
import { encodePart } from './names.ts';

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

export const OVERFLOW_NAME = '(other)';
export const TEMPORARY_NAME = '(temporary)';

export class Identities {
  private readonly all: Identity[] = [];
  private readonly byId = new Map<string, number>();
  private limit = 0;
  /** Identities refused because the table was full. */
  refused = 0;

  constructor(limit: number) {
    this.setLimit(limit);
    for (let kind = 0; kind < KINDS.length; kind++) {
      this.add({
        kind,
        environment: '',
        parts: [OVERFLOW_NAME],
        id: `${KINDS[kind]}:${OVERFLOW_NAME}`,
        overflow: true,
      });
    }
  }

  /** Beside the `(other)` ones. Identities beyond a lower limit stay. */
  setLimit(limit: number): void {
    this.limit = limit + KINDS.length;
  }

  get size(): number {
    return this.all.length;
  }

  get(identity: number): Identity {
    return this.all[identity - 1]!;
  }

  /** The `(other)` of a kind. */
  overflow(kind: number): number {
    return kind + 1;
  }

  intern(kind: number, environment: string, parts: readonly string[]): number {
    const id = identityId(kind, environment, parts);
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    if (this.all.length >= this.limit) {
      this.refused++;
      return this.overflow(kind);
    }
    return this.add({ kind, environment, parts, id, overflow: false });
  }

  private add(identity: Identity): number {
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

/** Short stable name of an id: 16 of `a-z0-9` (82 bits of its SHA-256). */
export function shortKey(id: string): string {
  const digest = createHash('sha256').update(id).digest();
  let value = 0n;
  for (let i = 0; i < 11; i++) value = (value << 8n) | BigInt(digest[i]!);
  return (value % 36n ** 16n).toString(36).padStart(16, '0');
}
