/** The webhook exporter against a receiver that fails, hangs, cuts connections and asks for time, and then heals. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Change } from '../../src/contract/change.ts';
import type { Component } from '../../src/contract/component.ts';
import { outcomeOf } from '../../src/exporters/webhook/answers.ts';
import { checkWebhook, type WebhookConfig } from '../../src/exporters/webhook/config.ts';
import { webhookFactory } from '../../src/exporters/webhook/factory.ts';
import { TestFeed } from '../kits/change-feed.ts';

interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
type Answer = (response: ServerResponse, n: number) => void;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function receiver(answer: Answer) {
  const got: Got[] = [];
  const taken: Got[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const one = { headers: request.headers, body: Buffer.concat(parts).toString() };
    got.push(one);
    answer(response, got.length - 1);
    if (response.statusCode === 200 && response.writableEnded) taken.push(one);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise(resolve => server.close(resolve).closeAllConnections()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const numbers = () => taken.flatMap(({ body }) => (JSON.parse(body).changes as Change[]).map(({ seq }) => seq));
  return { url, got, taken, numbers };
}

const CONFIG: Omit<WebhookConfig, 'url'> = {
  ...{ timeout: '200ms', from: 'oldest', include_baseline: false },
  retry_on_failure: { enabled: true, initial_interval: '1ms', max_interval: '5ms', max_elapsed_time: '0s' },
  sending_queue: { batch: 10, batch_wait: '0s' },
};
const soon = (check: () => void) => vi.waitFor(check, { timeout: 20_000 });
const LOGGER = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function startExporter(feed: TestFeed, config: WebhookConfig): Component {
  const host = { metrics: () => {}, exporter: () => {}, storage: () => undefined } as never;
  const settings = { id: 'webhook/test', logger: LOGGER, clock: { now: () => 1_800_000_000_000 }, host };
  const exporter = webhookFactory.create(settings, config, feed.source());
  closing.push(async () => exporter.stop());
  void exporter.start();
  return exporter;
}

const ok: Answer = response => response.end();

describe('a webhook', () => {
  it('arrives once, in order, under the same ids, at a receiver that fails, hangs, cuts, asks for time, and heals', async () => {
    const bad: Answer[] = [
      response => response.writeHead(503).end(),
      response => response.socket!.destroy(),
      response => response.writeHead(429, { 'retry-after': '0' }).end(),
      () => {},
      response => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      response => response.writeHead(404).end(),
      response => {
        response.writeHead(500).write('x');
        response.socket!.destroy();
      },
    ];
    const target = await receiver((response, n) => (n % 8 < 7 && n < 32 ? bad[n % 8]! : ok)(response, n));
    const feed = new TestFeed();
    await feed.publishNumbers(1, 60);
    startExporter(feed, { ...CONFIG, url: target.url });
    await soon(() => expect(target.numbers()).toHaveLength(60));
    expect(target.numbers()).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    const bodies = new Map<unknown, Set<string>>();
    for (const { headers, body } of target.got) {
      const id = headers['webhook-id'];
      bodies.set(id, (bodies.get(id) ?? new Set()).add(body));
    }
    for (const same of bodies.values()) expect(same.size).toBe(1);
  });

  it('says what it is, and is signed', async () => {
    const target = await receiver(ok);
    const feed = new TestFeed();
    await feed.publishNumbers(1, 2);
    const secret = `whsec_${Buffer.from('a key').toString('base64')}`;
    startExporter(feed, { ...CONFIG, url: target.url, secret, headers: { Authorization: 'Bearer x' } });
    await soon(() => expect(target.numbers()).toEqual([1, 2]));
    const { headers, body } = target.got[0]!;
    expect(headers).toMatchObject({ authorization: 'Bearer x', 'content-type': 'application/json' });
    expect(headers['webhook-timestamp']).toBe('1800000000');
    const signed = createHmac('sha256', 'a key').update(`${headers['webhook-id']}.1800000000.${body}`).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signed}`);
    expect(JSON.parse(body)).toMatchObject({ schema: 'tacit.changes/v1', id: headers['webhook-id'] });
  });

  it('goes to another place from the next attempt on when a reload says so', async () => {
    const [old, other] = [await receiver(response => response.writeHead(503).end()), await receiver(ok)];
    const feed = new TestFeed();
    const exporter = startExporter(feed, { ...CONFIG, url: old.url });
    await feed.publishNumbers(1, 3);
    await soon(() => expect(old.got.length).toBeGreaterThan(0));
    const prepared = await exporter.reconfigure!({ ...CONFIG, url: other.url });
    await prepared!.commit();
    await soon(() => expect(other.numbers()).toEqual([1, 2, 3]));
  });

  it('takes an answer for what it means', () => {
    const outcome = (status: number, retryAfter?: string) => outcomeOf({ status, retryAfter }, 0);
    expect([200, 204].map(status => outcome(status).result)).toEqual(['done', 'done']);
    expect([400, 410, 415, 422].map(status => outcome(status).result)).toEqual(Array(4).fill('refused'));
    expect([302, 401, 403, 404, 408, 425, 429, 500, 503].map(status => outcome(status).result)).toEqual(
      Array(9).fill('retry'),
    );
    expect(outcome(413).result).toBe('too_large');
    expect(outcome(429, '7')).toMatchObject({ afterMs: 7000 });
    expect(outcome(503, 'Thu, 01 Jan 1970 00:02:00 GMT')).toMatchObject({ afterMs: 120_000 });
    expect(outcome(503, '1000000')).toMatchObject({ afterMs: 3_600_000 });
    expect(outcome(503, 'soon')).toMatchObject({ afterMs: 0 });
  });

  it('is not configured in a way that cannot work', () => {
    const problems = (config: Partial<WebhookConfig>) =>
      checkWebhook({ ...CONFIG, url: 'https://a.example', ...config }).map(({ path }) => path.join('.'));
    expect(problems({})).toEqual([]);
    expect(problems({ url: 'a.example' })).toEqual(['url']);
    expect(problems({ headers: { 'Webhook-Id': '1', 'a b': 'x', Fine: 'a\nb' } })).toHaveLength(3);
    expect(problems({ secret: 'whsec_?' })).toEqual(['secret']);
    expect(problems({ url: 'http://a.example', tls: { insecure_skip_verify: true } })).toEqual(['tls']);
  });
});
