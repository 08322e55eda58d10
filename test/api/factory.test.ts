import { describe, expect, it } from 'vitest';
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
});
