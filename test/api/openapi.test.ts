import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edgeOf, nodeOf, viewOf } from '../kits/view.ts';
import { type RunningApi, startApi } from './start-api.ts';

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: object;
  }[];
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, { schema: object }>> }>
  >;
}
interface Description {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const a = nodeOf('service', 'a', { entry: { count: 1 } });
const b = nodeOf('topic', 'b');
const edge = edgeOf(a, 'publishes', b);

let api: RunningApi;
let description: Description;
let operations: [path: string, operation: Operation][];
beforeAll(async () => {
  api = await startApi(viewOf([a, b], [edge]));
  description = (await api.json('/openapi.json')) as unknown as Description;
  operations = Object.entries(description.paths).flatMap(([path, item]) =>
    Object.values(item).map((operation): [string, Operation] => [path, operation]),
  );
});
afterAll(() => api.stop());

/** A validator of a schema of the description, in which references resolve. */
function validatorOf(schema: object) {
  const ajv = new Ajv2020({ formats: { 'date-time': true }, strict: false });
  ajv.addSchema({ $id: 'api', components: description.components });
  const inApi = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"api#/components')) as object;
  return ajv.compile(inApi);
}

describe('/openapi.json', () => {
  it('is OpenAPI 3.1 and describes every resource', () => {
    expect(description.openapi).toMatch(/^3\.1\./);
    expect(description.info).toMatchObject({ title: 'tacit', version: '0.1.0-test' });
    expect(Object.keys(description.paths).sort()).toEqual([
      '/healthz',
      '/metrics',
      '/readyz',
      '/v1/changes',
      '/v1/changes/stream',
      '/v1/couplings',
      '/v1/debug/trace/{id}',
      '/v1/diff',
      '/v1/doctor',
      '/v1/edges',
      '/v1/edges/{id}',
      '/v1/explain',
      '/v1/graph',
      '/v1/neighbors',
      '/v1/nodes',
      '/v1/nodes/{id}',
      '/v1/paths',
      '/v1/status',
    ]);
  });

  it('holds only references that resolve', () => {
    const references = [...JSON.stringify(description).matchAll(/"\$ref":"([^"]*)"/g)].map(match => match[1]!);
    expect(references.length).toBeGreaterThan(10);
    const known = new Set(Object.keys(description.components.schemas).map(name => `#/components/schemas/${name}`));
    expect(references.filter(reference => !known.has(reference))).toEqual([]);
  });

  it('says of every operation what it takes and answers', () => {
    for (const [path, operation] of operations) {
      expect(operation.summary, path).toBeTruthy();
      for (const response of Object.values(operation.responses)) expect(response.description, path).toBeTruthy();
      expect(operation.responses['200']?.content, path).toBeDefined();
      const inPath = (operation.parameters ?? []).filter(parameter => parameter.in === 'path');
      expect(
        inPath.map(parameter => `{${parameter.name}}`),
        path,
      ).toEqual(path.match(/\{.*?\}/g) ?? []);
    }
  });

  it('demands nothing that has a default', () => {
    const required = operations.flatMap(([, operation]) =>
      (operation.parameters ?? []).filter(parameter => parameter.required && parameter.in === 'query'),
    );
    expect(required.map(parameter => parameter.name)).toEqual(['node', 'from', 'to', 'start']);
  });

  it.each([
    ['/v1/graph', '/v1/graph'],
    ['/v1/nodes', '/v1/nodes'],
    ['/v1/nodes', '/v1/nodes?id=a'],
    ['/v1/nodes/{id}', '/v1/nodes/a'],
    ['/v1/edges', '/v1/edges'],
    ['/v1/edges/{id}', `/v1/edges/${edge.key}`],
    ['/v1/neighbors', '/v1/neighbors?node=a'],
    ['/v1/paths', '/v1/paths?from=a&to=b'],
    ['/v1/couplings', '/v1/couplings'],
    ['/v1/explain', `/v1/explain?edge=${edge.key}`],
    ['/v1/explain', '/v1/explain?from=a&to=b'],
    ['/v1/explain', '/v1/explain?from=b&to=a'],
    ['/v1/doctor', '/v1/doctor'],
    ['/v1/doctor', '/v1/doctor?service=a'],
    ['/v1/doctor', '/v1/doctor?from=b&to=a'],
    ['/v1/status', '/v1/status'],
    ['/v1/debug/trace/{id}', '/v1/debug/trace/00000000000000ab'],
    ['/healthz', '/healthz'],
    ['/readyz', '/readyz'],
  ])('describes what %s answers to %s', async (path, request) => {
    const { schema } = description.paths[path]!.get!.responses['200']!.content!['application/json']!;
    const isDescribed = validatorOf(schema);
    expect(isDescribed(await api.json(request)), JSON.stringify(isDescribed.errors)).toBe(true);
    expect(isDescribed({ wrong: true })).toBe(false);
  });

  it('describes problems', async () => {
    const { schema } =
      description.paths['/v1/nodes/{id}']!.get!.responses['404']!.content!['application/problem+json']!;
    const isDescribed = validatorOf(schema);
    expect(isDescribed(await api.json('/v1/nodes/x', 404)), JSON.stringify(isDescribed.errors)).toBe(true);
  });
});
