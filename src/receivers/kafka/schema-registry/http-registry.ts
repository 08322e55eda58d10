/**
 * A schema registry over HTTP, as Confluent's answers and others do: `/schemas/ids/{id}`, `/schemas/guids/{guid}`, and of
 * Apicurio's own interface `/ids/globalIds/{id}`. A request that fails is repeated a few times; then nobody could be asked.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { SchemaReference } from '../../../encodings/avro/frame.ts';
import { type RegisteredSchema, type SchemaRegistry, SchemaUnavailableError } from '../../../encodings/avro/schemas.ts';
import { MalformedError } from '../../../encodings/malformed.ts';
import type { ClientTls } from '../../../lib/client-tls.ts';
import { get } from './get.ts';

export interface RegistryOptions {
  /** Without a slash at the end. */
  readonly url: string;
  /** Of every request: authorization and the like. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly firstPauseMs: number;
  readonly tls: ClientTls | undefined;
}

const DEFAULTS: Omit<RegistryOptions, 'url'> = {
  headers: {},
  timeoutMs: 5000,
  attempts: 3,
  firstPauseMs: 100,
  tls: undefined,
};
const MAX_SCHEMA_BYTES = 4 << 20;
const MAX_REFERENCES = 64;
const ACCEPT = 'application/vnd.schemaregistry.v1+json, application/json';

interface Answer {
  readonly schema?: unknown;
  readonly schemaType?: unknown;
  readonly references?: unknown;
}

interface Reference {
  readonly subject: string;
  readonly version: number;
}

export class HttpSchemaRegistry implements SchemaRegistry {
  private readonly options: RegistryOptions;

  constructor(options: Partial<RegistryOptions> & Pick<RegistryOptions, 'url'>) {
    this.options = { ...DEFAULTS, ...options };
  }

  async fetchSchema(reference: SchemaReference): Promise<RegisteredSchema> {
    const body = await this.get(pathOf(reference));
    // Apicurio's own interface answers with the schema itself.
    if (reference.by === 'global_id' || reference.by === 'content_id') return { type: 'AVRO', texts: [body] };
    const answer = parse(body);
    const texts: string[] = [];
    await this.addReferences(answer, texts, new Set());
    texts.push(schemaOf(answer));
    return { type: typeOf(answer), texts };
  }

  /** Those of a schema before it, each once. */
  private async addReferences(answer: Answer, texts: string[], seen: Set<string>): Promise<void> {
    for (const { subject, version } of referencesOf(answer)) {
      const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`;
      if (seen.has(path)) continue;
      if (seen.size >= MAX_REFERENCES)
        throw new MalformedError('malformed_schema', `a schema refers to more than ${MAX_REFERENCES} others`);
      seen.add(path);
      const inner = parse(await this.get(path));
      await this.addReferences(inner, texts, seen);
      texts.push(schemaOf(inner));
    }
  }

  private async get(path: string): Promise<string> {
    const { attempts, firstPauseMs } = this.options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.getOnce(path);
      } catch (error) {
        if (error instanceof MalformedError || attempt >= attempts) throw error;
        await pause(firstPauseMs * 2 ** (attempt - 1));
      }
    }
  }

  private async getOnce(path: string): Promise<string> {
    const { url, headers, timeoutMs, tls } = this.options;
    const signal = AbortSignal.timeout(timeoutMs);
    const { status, body } = await get(url + path, {
      headers: { accept: ACCEPT, ...headers },
      maxBytes: MAX_SCHEMA_BYTES,
      signal,
      tls,
    }).catch((error: Error) => {
      throw unavailable(url, signal.aborted ? `no answer within ${timeoutMs} ms` : error.message);
    });
    if (status === 404)
      throw new MalformedError('unknown_schema', `the schema registry at ${url} knows no ${path.slice(1)}`);
    if (status !== 200) throw unavailable(url, `it answers ${status}`);
    return body;
  }
}

function unavailable(url: string, why: string): SchemaUnavailableError {
  return new SchemaUnavailableError(`the schema registry at ${url} cannot be asked: ${why}`, 5);
}

function pathOf({ by, id }: SchemaReference): string {
  if (by === 'id') return `/schemas/ids/${id}`;
  if (by === 'guid') return `/schemas/guids/${id}`;
  return `/ids/${by === 'global_id' ? 'globalIds' : 'contentIds'}/${id}`;
}

function parse(body: string): Answer {
  try {
    const answer: unknown = JSON.parse(body);
    if (typeof answer === 'object' && answer !== null) return answer;
  } catch {
    // Told below.
  }
  throw new MalformedError('malformed_schema', 'the schema registry answers with something else than JSON');
}

function schemaOf({ schema }: Answer): string {
  if (typeof schema === 'string') return schema;
  throw new MalformedError('malformed_schema', 'the schema registry answers without a schema');
}

function typeOf({ schemaType }: Answer): RegisteredSchema['type'] {
  return schemaType === 'JSON' || schemaType === 'PROTOBUF' ? schemaType : 'AVRO';
}

function referencesOf({ references }: Answer): readonly Reference[] {
  if (!Array.isArray(references)) return [];
  return references.filter(
    (one): one is Reference =>
      typeof one === 'object' && one !== null && typeof one.subject === 'string' && typeof one.version === 'number',
  );
}
