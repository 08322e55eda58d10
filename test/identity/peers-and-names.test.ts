/** What peers nobody instruments are called, and what names become in ids. */
import { describe, expect, it } from 'vitest';
import { type Attributes, type JudgedSpan, judge } from '../kits/judged.ts';

const HTTP = { 'http.request.method': 'GET' };

describe('a peer nobody instruments', () => {
  it.each<readonly [string, Attributes, string | undefined]>([
    ['peer.service', { 'peer.service': 'Bank', 'server.address': 'api.bank' }, 'Bank'],
    ['service.peer.name', { 'service.peer.name': 'bank', 'server.address': 'api.bank' }, 'bank'],
    ['host and port', { 'server.address': 'api.bank', 'server.port': 8443 }, 'api.bank:8443'],
    ['port 443', { 'server.address': 'api.bank', 'server.port': 443 }, 'api.bank'],
    ['port 80', { 'server.address': 'API.bank.', 'server.port': '80' }, 'api.bank'],
    ['the old names', { 'net.peer.name': 'api.bank', 'net.peer.port': 8080 }, 'api.bank:8080'],
    ['a socket', { 'network.peer.address': '10.2.3.4', 'network.peer.port': 8080 }, '10.2.3.4:8080'],
    ['a URL', { 'url.full': 'https://api.bank:8443/pay?x=1' }, 'api.bank:8443'],
    ['an old URL with a user', { 'http.url': 'http://me:secret@api.bank:80/pay' }, 'api.bank'],
    ['an old host', { 'http.host': 'api.bank:8080' }, 'api.bank:8080'],
    ['an IPv6 address', { 'server.address': '[2001:db8::1]', 'server.port': 443 }, '2001:db8::1'],
    ['an empty name', { 'peer.service': '', 'server.address': 'api.bank' }, 'api.bank'],
    ['nothing', {}, undefined],
  ])('%s', async (_, attributes, name) => {
    const { nodes } = await judge([{ kind: 'client', attributes: { ...HTTP, ...attributes } }]);
    expect(nodes.filter(id => id !== 'service:app')).toEqual(name === undefined ? [] : [`external:${name}`]);
  });

  it('calls a root server that names it', async () => {
    const { edges } = await judge([{ kind: 'server', attributes: { ...HTTP, 'peer.service': 'bank' } }]);
    expect(edges).toEqual(['external:bank calls service:app']);
  });
});

describe('names in ids', () => {
  const idOf = async (service: string, more: Partial<JudgedSpan> = {}) =>
    (await judge([{ service, kind: 'server', ...more }])).nodes;

  it.each([
    ['orders', 'service:orders'],
    ['a/b', 'service:a%2Fb'],
    ['a#b', 'service:a%23b'],
    ['a@b', 'service:a%40b'],
    ['100%', 'service:100%25'],
    ['a b', 'service:a%20b'],
    ['a\tb', 'service:a%09b'],
    ['a\u007fb', 'service:a%7Fb'],
    ['a:b', 'service:a:b'],
    ['~', 'service:%7E'],
    ['Grüße ☃', 'service:Grüße%20☃'],
    ['__proto__', 'service:__proto__'],
    ['constructor', 'service:constructor'],
    ['(other)', 'service:%28other)'],
    ['(temporary)', 'service:%28temporary)'],
    ['nul\u0000byte', 'service:nul\ufffdbyte'],
    ['bidi\u202eevil', 'service:bidi\ufffdevil'],
  ])('%j', async (name, id) => {
    expect(await idOf(name)).toEqual([id]);
  });

  it('have a namespace and an environment', async () => {
    expect(await idOf('orders', { namespace: 'shop/eu', env: 'prod@1' })).toEqual([
      'service:shop%2Feu/orders@prod%401',
    ]);
  });

  it('are cut at 255 bytes, and still told apart', async () => {
    const names = ['x'.repeat(255), `${'x'.repeat(255)}1`, `${'x'.repeat(255)}2`, 'ü'.repeat(200)];
    const { graph } = await judge(names.map(service => ({ service, kind: 'server' })));
    expect(graph.nodes).toHaveLength(4);
    expect(graph.nodes.map(({ name }) => Buffer.byteLength(name)).every(bytes => bytes <= 255)).toBe(true);
    expect(graph.nodes.map(({ name }) => name)).toContain('x'.repeat(255));
    expect(graph.nodes.map(({ name }) => name.isWellFormed() && !name.includes('\ufffd'))).not.toContain(false);
  });

  it.each([undefined, '', '  ', 'unknown_service', 'unknown_service:java'])('%j is no service', async name => {
    const spans: JudgedSpan[] = [{ kind: 'server', resource: { 'service.name': name ?? '' }, service: '' }];
    const { nodes, graph } = await judge(spans);
    expect(nodes).toEqual([]);
    expect(graph.stats.reasons).toEqual({ no_service_name: 1 });
    expect(graph.stats.spans.skipped).toBe(1);
  });

  it('of one service in two environments and namespaces are four nodes', async () => {
    const scopes: Partial<JudgedSpan>[] = [{}, { env: 'prod' }, { env: 'test' }, { env: 'test', namespace: 'shop' }];
    const { nodes } = await judge(scopes.map(scope => ({ service: 'cart', kind: 'server', ...scope })));
    expect(nodes).toEqual(['service:cart', 'service:cart@prod', 'service:cart@test', 'service:shop/cart@test']);
  });
});
