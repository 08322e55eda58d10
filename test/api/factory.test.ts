import { describe, expect, it } from 'vitest';
import { formatEndpoint, parseEndpoint } from '../../src/api/endpoint.ts';
import { httpApiFactory } from '../../src/api/factory.ts';
import { nodeOf, viewOf } from '../kits/view.ts';
import { startApi } from './start-api.ts';

describe('http_api', () => {
  it('says how to avoid a busy port', async () => {
    const first = await startApi(viewOf([], []));
    const port = Number(first.address.split(':').at(-1));
    await expect(startApi(viewOf([], []), first.address)).rejects.toMatchObject({
      name: 'StartError',
      message: `http_api: the port of ${first.address} is in use`,
      hint: `use another port: --set extensions.http_api.endpoint=127.0.0.1:${(port % 65535) + 1}`,
    });
    await first.stop();
  });

  it('says when an address is not of this machine', async () => {
    for (const address of ['192.0.2.1:0', '[fe80::1]:0', 'no-such-host.invalid:0'])
      await expect(startApi(viewOf([], []), address)).rejects.toMatchObject({ name: 'StartError' });
  });

  it('finishes answers under way when it stops, and listens no more', async () => {
    const nodes = Array.from({ length: 20_000 }, (_, index) => nodeOf('service', `s${index}`));
    const api = await startApi(viewOf(nodes, []));
    const response = await api.get('/v1/graph');
    const started = performance.now();
    const [text] = await Promise.all([response.text(), api.stop()]);
    expect(performance.now() - started).toBeLessThan(4000);
    expect((JSON.parse(text) as { nodes: unknown[] }).nodes).toHaveLength(nodes.length);
    await expect(api.get('/healthz')).rejects.toThrow();
  });

  it('refuses endpoints that are none', () => {
    for (const endpoint of ['8484', 'localhost', '127.0.0.1:99999', '::1:80', 'http://a:1', '']) {
      expect(httpApiFactory.check?.({ endpoint }), endpoint).toMatchObject([{ path: ['endpoint'] }]);
    }
  });
});

describe('endpoints', () => {
  it('are read and written alike', () => {
    for (const text of ['127.0.0.1:8484', '[::1]:0', 'localhost:80', ':8484']) {
      expect(formatEndpoint(parseEndpoint(text)!)).toBe(text);
    }
    expect(parseEndpoint('[::1]:8484')).toEqual({ host: '::1', port: 8484 });
  });
});
