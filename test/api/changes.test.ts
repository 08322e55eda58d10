/** `/v1/changes` and its stream: pages, filters, places to go on from, and readers that are slow or come too late. */
import { get as httpGet, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeOf, serviceRef } from '../kits/changes.ts';
import { viewOf } from '../kits/view.ts';
import { type RunningApi, startApi } from './start-api.ts';

let api: RunningApi;
beforeEach(async () => {
  api = await startApi(viewOf([], []), undefined, { max_streams: 3 });
});
afterEach(() => api.stop());

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => changeOf(first + i));
const numbers = (items: unknown) => (items as { seq: number }[]).map(({ seq }) => seq);

interface Event {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

class Reader {
  response!: IncomingMessage;
  text = '';

  static open(path = '/v1/changes/stream', headers: Record<string, string> = {}): Promise<Reader> {
    const reader = new Reader();
    return new Promise((resolve, reject) => {
      const request = httpGet(`${api.base}${path}`, { headers, agent: false }, response => {
        reader.response = response.setEncoding('utf8').on('data', text => {
          reader.text += text;
        });
        response.on('error', () => {});
        resolve(reader);
      });
      request.on('error', reject);
    });
  }

  get events(): readonly Event[] {
    const blocks = this.text.split('\n\n').slice(0, -1);
    return blocks.map(block => Object.fromEntries(block.split('\n').map(line => line.split(/: ?(.*)/s).slice(0, 2))));
  }

  /** Numbers of the changes told. */
  get told(): readonly number[] {
    return this.events.filter(({ event }) => event?.includes('.')).map(({ id }) => Number(id));
  }

  async until(isThere: (reader: this) => boolean): Promise<void> {
    while (!isThere(this)) await new Promise(resolve => setTimeout(resolve, 2));
  }

  close(): void {
    this.response.destroy();
  }
}

describe('/v1/changes', () => {
  it('gives pages, each with the place to go on from', async () => {
    api.publish(...range(1, 5));
    const first = await api.json('/v1/changes?limit=3');
    expect(first).toMatchObject({ next: 3, oldest: 1, newest: 5 });
    expect(first.items).toEqual(range(1, 3));
    const second = await api.json('/v1/changes?since=3');
    expect([numbers(second.items), second.next, second.missed]).toEqual([[4, 5], 5, undefined]);
    expect(await api.json('/v1/changes?since=5')).toEqual({ items: [], next: 5, oldest: 1, newest: 5 });
  });

  it.each([
    ['type=edge.gone', [2]],
    ['type=edge.*', [1, 2, 4]],
    ['type=node.appeared,input.silent', [3, 5]],
    ['severity=warning', [2]],
    ['kind=calls', [1, 2, 4]],
    ['kind=service', [3]],
    ['node=cart', [1, 2, 4]],
    ['node=billing', [3]],
    ['service=service:shop', [1, 2, 4]],
    ['env=prod', [3, 5]],
    ['env=~', [1, 2, 4]],
    ['baseline=false', [1, 2, 3, 5]],
    ['baseline=true&type=edge.gone', []],
  ])('filters by %s', async (query, seqs) => {
    api.publish(
      changeOf(1),
      changeOf(2, 'edge.gone', { severity: 'warning' }),
      changeOf(3, 'node.appeared', { node: serviceRef('billing', 'prod') }),
      changeOf(4, 'edge.appeared', { baseline: true }),
      changeOf(5, 'input.silent', { input: { environment: 'prod', family: 'spans' } }),
    );
    const { items, next } = await api.json(`/v1/changes?${query}`);
    expect([numbers(items), next]).toEqual([seqs, 5]);
  });

  it('says what is not kept any more', async () => {
    api.publish(...range(1, 10));
    api.publish(...range(500, 510));
    expect(await api.json('/v1/changes?since=7&limit=1')).toMatchObject({
      ...{ items: [{ seq: 500 }], next: 500, oldest: 500, missed: { from: 8, to: 499 } },
    });
    expect(await api.json('/v1/changes?since=9999&limit=1')).toMatchObject({
      ...{ items: [{ seq: 500 }], missed: { from: 0, to: 499 } },
    });
    expect(await api.json('/v1/changes?limit=1')).not.toHaveProperty('missed');
  });

  it('refuses words that are none, and says which are', async () => {
    const { detail } = await api.json('/v1/changes?type=edge.goon', 400);
    expect(detail).toContain('type "edge.goon" is unknown; did you mean edge.gone');
    await api.json('/v1/changes?limit=100000', 400);
    await api.json('/v1/changes?since=-1', 400);
    api.view = undefined;
    await api.json('/v1/changes', 503);
  });
});

describe('/v1/changes/stream', () => {
  it('tells what happens from now on, as events', async () => {
    api.publish(...range(1, 3));
    const reader = await Reader.open();
    expect(reader.response.headers).toMatchObject({
      ...{ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' },
    });
    await reader.until(({ text }) => text.startsWith('id: 3\n'));
    api.publish(changeOf(4, 'edge.gone'));
    await reader.until(({ told }) => told.length === 1);
    expect(reader.events.at(-1)).toEqual({
      ...{ id: '4', event: 'edge.gone', data: JSON.stringify(changeOf(4, 'edge.gone')) },
    });
    expect(api.metric('tacit_http_api_streams')).toBe(1);
    reader.close();
  });

  it('goes on behind the last event of a reader that comes back: no gap, none twice', async () => {
    api.publish(...range(1, 700));
    const reader = await Reader.open('/v1/changes/stream', { 'last-event-id': '250' });
    await reader.until(({ told }) => told.at(-1) === 700);
    api.publish(...range(701, 720));
    await reader.until(({ told }) => told.at(-1) === 720);
    expect(reader.told).toEqual(Array.from({ length: 470 }, (_, i) => 251 + i));
    const other = await Reader.open('/v1/changes/stream?since=718&type=edge.appeared');
    await other.until(({ told }) => told.length === 2);
    reader.close();
    other.close();
  });

  it('tells a reader what it missed, also one of another log', async () => {
    api.publish(...range(1, 5));
    api.publish(...range(300, 301));
    const late = await Reader.open('/v1/changes/stream', { 'last-event-id': '3' });
    await late.until(({ told }) => told.length === 2);
    expect(late.events.filter(({ event }) => event === 'missed')).toEqual([
      { id: '299', event: 'missed', data: '{"from":4,"to":299}' },
    ]);
    const other = await Reader.open('/v1/changes/stream', { 'last-event-id': '8000' });
    await other.until(({ told }) => told.length === 2);
    expect(other.events.find(({ event }) => event === 'missed')).toMatchObject({ data: '{"from":0,"to":299}' });
    expect(api.metric('tacit_http_api_stream_gaps_total', { kind: 'missed' })).toBe(2);
    late.close();
    other.close();
  });

  it('begins where there is nothing yet, and misses nothing', async () => {
    const reader = await Reader.open('/v1/changes/stream?since=0');
    const now = await Reader.open();
    await now.until(({ text }) => text !== '');
    api.publish(...range(1000, 1002));
    for (const one of [reader, now]) {
      await one.until(({ told }) => told.length === 3);
      expect(one.events.some(({ event }) => event === 'missed')).toBe(false);
      one.close();
    }
  });

  it('filters, and lets the place move on', async () => {
    const reader = await Reader.open('/v1/changes/stream?severity=warning&service=cart');
    api.publish(...range(1, 50), changeOf(51, 'edge.gone', { severity: 'warning' }));
    await reader.until(({ told }) => told.length === 1);
    expect(reader.told).toEqual([51]);
    reader.close();
  });

  it('keeps nobody waiting for a reader that does not read, and tells that one how late it is', async () => {
    const slow = await Reader.open();
    const quick = await Reader.open();
    await slow.until(({ text }) => text !== '');
    slow.response.pause();
    const evidence = { text: 'x'.repeat(5000) };
    let told = 0;
    for (let first = 1; first < 3000; first += 100) {
      api.publish(...range(first, first + 99).map(change => ({ ...change, evidence })));
      await quick.until(reader => reader.told.at(-1) === first + 99);
      told += quick.told.length;
      quick.text = '';
    }
    expect(told).toBe(3000);
    slow.response.resume();
    await slow.until(reader => reader.text.includes('"seq":3000,'));
    const behind = slow.events.filter(({ event }) => event === 'behind');
    expect(behind).toHaveLength(1);
    expect(slow.told).toEqual(range(1, 3000).map(({ seq }) => seq));
    quick.close();
    slow.close();
  });

  it('is refused beyond the limit, and with a place that is none', async () => {
    const readers = await Promise.all([Reader.open(), Reader.open(), Reader.open()]);
    const fourth = await Reader.open();
    expect(fourth.response.statusCode).toBe(503);
    expect(fourth.response.headers['retry-after']).toBe('10');
    for (const reader of [...readers, fourth]) reader.close();
    const wrong = await Reader.open('/v1/changes/stream', { 'last-event-id': 'abc' });
    expect(wrong.response.statusCode).toBe(400);
  });

  it('ends when the service stops', async () => {
    const reader = await Reader.open();
    const ended = new Promise(resolve => reader.response.once('end', resolve));
    await api.stop();
    await ended;
    api = await startApi(undefined);
  });
});
