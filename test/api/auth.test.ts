import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphCommand } from '../../src/cli/graph.ts';
import { nodeOf, viewOf } from '../kits/view.ts';
import { type RunningApi, startApi } from './start-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi(viewOf([nodeOf('service', 'web')], []), '127.0.0.1:0', {
    auth: { tokens: ['first', 'second'] },
  });
});
afterAll(() => api.stop());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('with tokens', () => {
  it.each(['/', '/v1/graph', '/v1/nodes/web', '/v1/status', '/metrics', '/openapi.json', '/docs/', '/no/such'])(
    '%s asks for one, and says so',
    async path => {
      const refused = await api.get(path);
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="tacit"');
      expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(await refused.json()).toMatchObject({
        type: 'urn:tacit:problem:unauthorized',
        detail: expect.stringMatching(/Authorization: Bearer/),
      });
      expect((await api.get(path, bearer('second'))).status).toBe(path === '/no/such' ? 404 : 200);
    },
  );

  it('any of them serves, in any spelling of the scheme, and nothing else does', async () => {
    expect((await api.get('/v1/graph', bearer('first'))).status).toBe(200);
    expect((await api.get('/v1/graph', { authorization: 'bearer first' })).status).toBe(200);
    for (const authorization of [
      'Bearer',
      'Bearer third',
      'Bearer firs',
      'Bearer first second',
      'Basic first',
      'first',
    ])
      expect((await api.get('/v1/graph', { authorization })).status, authorization).toBe(401);
  });

  it('health and readiness never need one', async () => {
    for (const path of ['/healthz', '/readyz', '/readyz?x=1']) expect((await api.get(path)).status).toBe(200);
    expect((await api.get('/healthz/')).status).toBe(401);
  });

  it('the description says that one is needed', async () => {
    const description = await (await api.get('/openapi.json', bearer('first'))).json();
    expect(description).toMatchObject({
      security: [{ token: [] }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    });
  });

  it('`tacit graph` takes it from TACIT_TOKEN', async () => {
    const graph = async (env: NodeJS.ProcessEnv) => {
      const stderr = new PassThrough();
      const io = { stdout: new PassThrough(), stderr, stdin: Readable.from([]), env };
      const code = await graphCommand.run(['--url', api.base], io);
      return { code, said: String(stderr.read()) };
    };
    expect(await graph({ TACIT_TOKEN: 'first' })).toMatchObject({ code: 0 });
    const asksForOne = /refused: this service asks for a token.*; set TACIT_TOKEN\n$/;
    expect(await graph({})).toEqual({ code: 1, said: expect.stringMatching(asksForOne) });
  });
});
