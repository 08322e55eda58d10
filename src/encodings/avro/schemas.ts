/**
 * The schemas that records name, fetched from a registry before the records are decoded. A bounded number is kept; what a
 * registry does not know is remembered for a while, so that a topic full of it does not ask again for each record.
 */
import { RetryableError } from '../../contract/errors.ts';
import { MalformedError } from '../malformed.ts';
import type { SchemaReference } from './frame.ts';
import { type AvroType, parseAvroSchema } from './schema.ts';

/** Nobody could be asked: the record waits, others do not. */
export class SchemaUnavailableError extends RetryableError {}

export interface RegisteredSchema {
  readonly type: 'AVRO' | 'JSON' | 'PROTOBUF';
  /** Its text, and before it those of the schemas that it refers to. */
  readonly texts: readonly string[];
}

export interface SchemaRegistry {
  /** @throws SchemaUnavailableError, or MalformedError for a schema that it does not have. */
  fetchSchema(reference: SchemaReference): Promise<RegisteredSchema>;
}

/** `json`: the value is JSON, whatever its schema says. */
export type KnownSchema = AvroType | 'json';

export interface SchemasOptions {
  readonly maxSchemas: number;
  /** How long a refusal of the registry holds. */
  readonly refusedMs: number;
  readonly now: () => number;
}

const DEFAULTS: SchemasOptions = { maxSchemas: 1000, refusedMs: 60_000, now: () => performance.now() };

export class Schemas {
  private readonly registry: SchemaRegistry;
  private readonly options: SchemasOptions;
  private readonly known = new Map<string, KnownSchema>();
  private readonly refused = new Map<string, { readonly error: MalformedError; readonly untilMs: number }>();
  private readonly asked = new Map<string, Promise<void>>();

  constructor(registry: SchemaRegistry, options: Partial<SchemasOptions> = {}) {
    this.registry = registry;
    this.options = { ...DEFAULTS, ...options };
  }

  /** True when `get` has an answer: the schema, or why there is none. */
  has(reference: SchemaReference): boolean {
    return this.known.has(keyOf(reference)) || this.refusal(keyOf(reference)) !== undefined;
  }

  /** @throws MalformedError for a refused one, SchemaUnavailableError for one that was not loaded. */
  get(reference: SchemaReference): KnownSchema {
    const key = keyOf(reference);
    const schema = this.known.get(key);
    if (schema !== undefined) return schema;
    throw this.refusal(key) ?? new SchemaUnavailableError(`schema ${reference.id} was not fetched yet`, 1);
  }

  /** Resolves when `get` has an answer; several callers share one request. @throws SchemaUnavailableError */
  load(reference: SchemaReference): Promise<void> {
    if (this.has(reference)) return Promise.resolve();
    const key = keyOf(reference);
    const running = this.asked.get(key);
    if (running !== undefined) return running;
    const request = this.fetch(key, reference).finally(() => this.asked.delete(key));
    this.asked.set(key, request);
    return request;
  }

  private async fetch(key: string, reference: SchemaReference): Promise<void> {
    try {
      const schema = typeOf(await this.registry.fetchSchema(reference));
      this.known.set(key, schema);
      this.bound(this.known);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.refused.set(key, { error, untilMs: this.options.now() + this.options.refusedMs });
      this.bound(this.refused);
    }
  }

  private refusal(key: string): MalformedError | undefined {
    const refused = this.refused.get(key);
    if (refused !== undefined && refused.untilMs > this.options.now()) return refused.error;
    this.refused.delete(key);
    return undefined;
  }

  /** The first that came goes first. */
  private bound(map: Map<string, unknown>): void {
    for (const key of map.keys()) {
      if (map.size <= this.options.maxSchemas) return;
      map.delete(key);
    }
  }
}

function keyOf({ by, id }: SchemaReference): string {
  return `${by}/${id}`;
}

function typeOf({ type, texts }: RegisteredSchema): KnownSchema {
  if (type === 'AVRO') return parseAvroSchema(texts);
  if (type === 'JSON') return 'json';
  throw new MalformedError('unsupported_schema', `the schema is one of ${type}; Avro and JSON are read`);
}
