/** A registry over HTTP: what is asked, what is repeated, what is remembered, and what its failures are called. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Schemas, SchemaUnavailableError } from '../../../src/encodings/avro/schemas.ts';
import { MalformedError } from '../../../src/encodings/malformed.ts';
import { HttpSchemaRegistry } from '../../../src/receivers/kafka/schema-registry/http-registry.ts';
import {
  checkSchemaRegistry,
  createSchemas,
  type SchemaRegistryConfig,
} from '../../../src/receivers/kafka/schema-registry/options.ts';

type Answers = Record<string, object | string | number>;

let answers: Answers = {};
let asked: { readonly path: string; readonly authorization: string | undefined }[] = [];
const server = createServer((request, response) => {
  const path = request.url ?? '';
  asked.push({ path, authorization: request.headers.authorization });
  const answer = answers[path] ?? 404;
  if (typeof answer === 'number') response.writeHead(answer).end('{"error_code":1,"message":"no"}');
  else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
});

const registry = (headers: Record<string, string> = {}) =>
  new HttpSchemaRegistry({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    headers,
    firstPauseMs: 1,
  });

beforeEach(async () => {
  answers = {};
  asked = [];
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});

const ID = { by: 'id', id: '7' } as const;

describe('a schema is fetched', () => {
  test('by its id, with what the registry asks for', async () => {
    answers = { '/schemas/ids/7': { schema: '"long"' } };
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/`;
    const config: SchemaRegistryConfig = { url, username: 'me', password: 'sécret', headers: {}, timeout: '1s' };
    const schemas = createSchemas(config, () => 0);
    await schemas.load(ID);
    expect(schemas.get(ID)).toEqual({ kind: 'long' });
    expect(asked).toEqual([{ path: '/schemas/ids/7', authorization: 'Basic bWU6c8OpY3JldA==' }]);
  });

  test('by its GUID, with its type', async () => {
    answers = { '/schemas/guids/89b3': { schema: '{}', schemaType: 'JSON' } };
    expect(await registry().fetchSchema({ by: 'guid', id: '89b3' })).toEqual({ type: 'JSON', texts: ['{}'] });
  });

  test("by Apicurio's ids, where the answer is the schema", async () => {
    answers = { '/ids/globalIds/77': '"long"', '/ids/contentIds/5': '"int"' };
    expect((await registry().fetchSchema({ by: 'global_id', id: '77' })).texts).toEqual(['"long"']);
    expect((await registry().fetchSchema({ by: 'content_id', id: '5' })).texts).toEqual(['"int"']);
  });

  test('behind those that it refers to, each once', async () => {
    const refer = (...subjects: string[]) => subjects.map(subject => ({ name: 'x', subject, version: 2 }));
    answers = {
      '/schemas/ids/7': { schema: 'C', references: refer('a/1', 'b') },
      '/subjects/a%2F1/versions/2': { schema: 'A', references: refer('b') },
      '/subjects/b/versions/2': { schema: 'B', references: refer('a/1') },
    };
    expect((await registry().fetchSchema(ID)).texts).toEqual(['B', 'A', 'C']);
    expect(asked).toHaveLength(3);
  });
});

describe('a schema is not fetched', () => {
  test('when the registry does not know it: that is final', async () => {
    await expect(registry().fetchSchema(ID)).rejects.toThrow(MalformedError);
    expect(asked).toHaveLength(1);
  });

  test.each([500, 503, 401])('when the registry answers %d: that is asked again, and may pass', async status => {
    answers = { '/schemas/ids/7': status };
    await expect(registry().fetchSchema(ID)).rejects.toThrow(SchemaUnavailableError);
    await expect(registry().fetchSchema(ID)).rejects.toThrow(`answers ${status}`);
    expect(asked).toHaveLength(6);
  });

  test('when nobody listens', async () => {
    const nobody = new HttpSchemaRegistry({ url: 'http://127.0.0.1:1', attempts: 2, firstPauseMs: 1 });
    await expect(nobody.fetchSchema(ID)).rejects.toThrow(SchemaUnavailableError);
    await expect(nobody.fetchSchema(ID)).rejects.toThrow(/http:\/\/127\.0\.0\.1:1 cannot be asked/);
  });

  test('when the answer is larger than any schema', async () => {
    answers = { '/schemas/ids/7': 'x'.repeat(5 << 20) };
    await expect(registry().fetchSchema(ID)).rejects.toThrow(/more than 4194304 bytes/);
  });

  test.each<[string, object | string]>([
    ['no JSON', '<html>'],
    ['no schema', {}],
    ['a schema that is none', { schema: 7 }],
  ])('when the answer is %s', async (_, answer) => {
    answers = { '/schemas/ids/7': answer };
    await expect(registry().fetchSchema(ID)).rejects.toThrow(MalformedError);
  });
});

describe('schemas are kept', () => {
  const counting = () => ({
    asked: 0,
    async fetchSchema({ id }: { readonly id: string }) {
      this.asked++;
      if (id === 'down') throw new SchemaUnavailableError('down', 1);
      if (id === 'none') throw new MalformedError('unknown_schema', 'none');
      return { type: 'AVRO' as const, texts: [id === 'bad' ? '{' : '"long"'] };
    },
  });
  const by = (id: string) => ({ by: 'id', id }) as const;

  test('once for all who ask at the same time, and later', async () => {
    const source = counting();
    const schemas = new Schemas(source);
    await Promise.all([schemas.load(ID), schemas.load(ID)]);
    await schemas.load(ID);
    expect([source.asked, schemas.get(ID)]).toEqual([1, { kind: 'long' }]);
  });

  test('up to a bound', async () => {
    const schemas = new Schemas(counting(), { maxSchemas: 2 });
    for (const id of ['1', '2', '3']) await schemas.load(by(id));
    expect(['1', '2', '3'].map(id => schemas.has(by(id)))).toEqual([false, true, true]);
  });

  test.each(['none', 'bad'])('as refused for a while: %s', async id => {
    let nowMs = 0;
    const source = counting();
    const schemas = new Schemas(source, { refusedMs: 100, now: () => nowMs });
    await schemas.load(by(id));
    await schemas.load(by(id));
    expect(source.asked).toBe(1);
    expect(() => schemas.get(by(id))).toThrow(MalformedError);
    nowMs = 100;
    await schemas.load(by(id));
    expect(source.asked).toBe(2);
  });

  test('not when nobody could be asked', async () => {
    const source = counting();
    const schemas = new Schemas(source);
    await expect(schemas.load(by('down'))).rejects.toThrow(SchemaUnavailableError);
    await expect(schemas.load(by('down'))).rejects.toThrow(SchemaUnavailableError);
    expect([source.asked, schemas.has(by('down'))]).toEqual([2, false]);
  });
});

describe('options', () => {
  const problems = (config: Partial<SchemaRegistryConfig>) =>
    checkSchemaRegistry({ url: 'https://r:8081', headers: {}, timeout: '5s', ...config }).map(
      ({ path, message }) => `${path.join('.')}: ${message}`,
    );

  test('that are right, or not there', () => {
    expect(checkSchemaRegistry(undefined)).toEqual([]);
    expect(problems({ username: 'me', password: 'secret', tls: { insecure_skip_verify: true } })).toEqual([]);
  });

  test.each<[Partial<SchemaRegistryConfig>, string]>([
    [{ url: 'registry:8081' }, "schema_registry.url: 'registry:8081' is no URL; write http://host:port"],
    [{ username: 'me' }, 'schema_registry.username: stands without password; give both or none'],
    [{ password: 'x' }, 'schema_registry.password: stands without username; give both or none'],
    [
      { url: 'http://r:8081', tls: { insecure_skip_verify: false } },
      'schema_registry.tls: http://r:8081 is asked without TLS; write https://, or leave tls out',
    ],
  ])('that are wrong: %j', (config, message) => {
    expect(problems(config)).toEqual([message]);
  });

  test('whose files cannot be read say which', () => {
    const [problem] = problems({ tls: { ca_file: '/nowhere/ca.pem', insecure_skip_verify: false } });
    expect(problem).toMatch(/^schema_registry\.tls\.ca_file: .*\/nowhere\/ca\.pem/);
  });
});
