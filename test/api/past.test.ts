/** Times in requests: which graph an answer is about, and what a time may look like. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainEdge } from '../../src/query/explain/edge.ts';
import { PastProblem, type PastTime } from '../../src/query/past.ts';
import { edgeOf, nodeOf, viewOf } from '../kits/view.ts';
import { type RunningApi, STARTED_AT, startApi } from './start-api.ts';

const [shop, cart, pay] = ['shop', 'cart', 'pay'].map(name => nodeOf('service', name));
const NOW_MS = Date.parse(STARTED_AT) + 5000;
const BEGIN_MS = NOW_MS - 24 * 3_600_000;
const earlier = viewOf([shop!, cart!], [edgeOf(shop!, 'calls', cart!, { count: 5 })]);
const later = viewOf([shop!, cart!, pay!], [edgeOf(shop!, 'calls', cart!), edgeOf(shop!, 'calls', pay!)]);
const orders = nodeOf('topic', 'orders', { system: 'kafka' });
const consumed = edgeOf(orders, 'consumes', cart!, { count: 9, evidence: { server_span: 9, paired: 9 } });
const consumption = viewOf([orders, cart!], [consumed]);

let api: RunningApi;
let asked: PastTime[] = [];
beforeAll(async () => {
  api = await startApi(later);
  api.viewAt = time => {
    asked.push(time);
    const at = 'start' in time ? time.start : (time.at ?? NOW_MS);
    if (at < BEGIN_MS) throw new PastProblem('before_history', BEGIN_MS);
    if (at > NOW_MS) throw new PastProblem('in_future', BEGIN_MS);
    return at < NOW_MS - 60_000 ? earlier : later;
  };
});
afterAll(() => api.stop());

describe('a time', () => {
  it.each([
    ['/v1/graph?at=-1h', 'edges'],
    ['/v1/edges?at=-1h', 'items'],
    ['/v1/neighbors?node=shop&at=-1h', 'edges'],
    ['/v1/couplings?at=-1h', undefined],
    ['/v1/paths?from=shop&to=cart&at=-1h', 'paths'],
    ['/v1/nodes?at=-1h', undefined],
    ['/v1/nodes/service:cart?at=-1h', undefined],
    ['/v1/edges?id=service:shop%23calls%23service:cart&at=-1h', undefined],
    ['/v1/explain?from=shop&to=cart&at=-1h', undefined],
  ])('is taken by %s', async (path, list) => {
    asked = [];
    const answer = await api.json(path);
    expect(asked).toEqual([{ at: NOW_MS - 3_600_000 }]);
    if (list !== undefined) expect(answer[list]).toHaveLength(1);
  });

  it('may be two, for what was counted in between', async () => {
    asked = [];
    await api.json('/v1/graph?start=2026-08-01T10:00:00Z&end=2026-08-01T13:00:00%2B02:00');
    expect(asked).toEqual([{ start: Date.parse('2026-08-01T10:00:00Z'), end: Date.parse('2026-08-01T11:00:00Z') }]);
  });

  it('ends now when nothing else is said', async () => {
    asked = [];
    await api.json('/v1/graph?start=-2h');
    await api.json('/v1/graph?start=-2h&end=now');
    expect(asked).toEqual(Array(2).fill({ start: NOW_MS - 7_200_000 }));
    asked = [];
    await api.json('/v1/graph?at=now');
    await api.json('/v1/graph?at=-4s');
    await api.json('/v1/graph?at=-5s');
    await api.json('/v1/diff?start=-1h');
    expect(asked).toEqual([{}, {}, { at: NOW_MS - 5000 }, {}, { at: NOW_MS - 3_600_000 }]);
  });

  it.each([
    ['at=yesterday', 'at "yesterday" is no time; write it as 2026-08-01T12:00:00Z, or -1h for an hour ago'],
    ['at=-1x', 'at "-1x" is no time'],
    ['at=2026-02-29T12:00:00Z', 'at "2026-02-29T12:00:00Z" is no time'],
    ['start=2026-04-31T12:00:00Z&end=now', 'start "2026-04-31T12:00:00Z" is no time'],
    ['at=2026-13-01T12:00:00Z', 'at "2026-13-01T12:00:00Z" is no time'],
    ['at=-1h&start=-2h', 'at goes alone'],
    ['end=-1h', 'give start as well'],
    ['start=-1h&end=-2h', 'is not before'],
  ])('is refused when it cannot be meant: %s', async (query, detail) => {
    expect((await api.json(`/v1/graph?${query}`, 400)).detail).toContain(detail);
  });

  it('is no reason to doubt clocks or to wait for examples where an edge of it has neither durations nor examples', async () => {
    const { viewAt } = api;
    api.viewAt = () => consumption;
    const path = `/v1/explain?edge=${encodeURIComponent(consumed.id)}`;
    const codesOf = async (query: string) => {
      const { missing } = (await api.json(path + query)) as { missing: { code: string; fix: string }[] };
      return missing.map(({ code, fix }) => `${code}: ${fix}`);
    };
    const past = ['no_example: Ask without at, start and end for the examples there are.'];
    expect(await codesOf('&at=-1h')).toEqual(past);
    expect(await codesOf('&start=-2h&end=-1h')).toEqual(past);
    api.viewAt = viewAt;
    const now = explainEdge(consumption, 0).missing.map(({ code }) => code);
    expect(now).toEqual(['no_lag', 'no_example']);
  });

  it('is refused when nothing is known of it, with the time from which on something is', async () => {
    const { type, detail } = await api.json('/v1/graph?at=-2d', 404);
    expect(type).toBe('urn:tacit:problem:before-history');
    expect(detail).toContain(new Date(BEGIN_MS).toISOString());
    await api.json('/v1/graph?at=2036-01-01T00:00:00Z', 400);
    expect((await api.json('/v1/status?at=-1h', 400)).detail).toContain('not possible here');
  });
});

describe('/v1/diff', () => {
  it('tells two times apart', async () => {
    const answer = await api.json('/v1/diff?start=-1h');
    expect(answer).toMatchObject({
      added: { nodes: [{ id: 'service:pay' }], edges: [{ id: 'service:shop#calls#service:pay' }] },
      removed: { nodes: [], edges: [] },
    });
    asked = [];
    const same = await api.json('/v1/diff?start=now');
    await api.json('/v1/diff?start=-1s');
    expect(asked).toEqual([{}, {}, { at: NOW_MS - 1000 }]);
    expect(await api.json('/v1/diff?start=-1h&end=-1h')).toMatchObject({ added: same.added, changed: [] });
    expect(same).toMatchObject({ added: { nodes: [], edges: [] }, removed: { nodes: [], edges: [] }, changed: [] });
  });

  it('wants a start that is not after the end', async () => {
    expect((await api.json('/v1/diff', 400)).detail).toContain('"start" is required');
    expect((await api.json('/v1/diff?start=-1h&end=-2h', 400)).detail).toContain('is after end');
  });
});

describe('a series', () => {
  const point = { time: '2026-08-01T11:00:00.000Z', seconds: 600, count: 7, errors: 1 };
  const edge = '/v1/edges?id=service:shop%23calls%23service:cart';

  it.each([
    ['series=minute', 3_600_000, 0, 1],
    ['series=ten_minutes&start=-2d', 2 * 86_400_000, 0, 10],
    ['series=auto&start=-2d&end=-1d', 2 * 86_400_000, 86_400_000, 10],
    ['series=auto&start=-30d', 30 * 86_400_000, 0, 60],
  ])('of one edge is asked for by %s', async (query, startAgo, endAgo, level) => {
    api.series = { points: [point] };
    if (query.includes('end=')) api.viewAt = () => later;
    const answer = await api.json(`${edge}&${query}`);
    expect(answer.series).toEqual([point]);
    expect(api.series.asked).toEqual({
      ...{ edge: 'service:shop#calls#service:cart', start: NOW_MS - startAgo, end: NOW_MS - endAgo, level },
    });
    expect(await api.json(`/v1/edges/service:shop%23calls%23service:cart?${query}`)).toEqual(answer);
  });

  it('is refused for a page, and when it would be endless', async () => {
    expect((await api.json('/v1/edges?series=minute', 400)).detail).toContain('name it by id');
    expect((await api.json(`${edge}&series=minute&start=-30d`, 400)).detail).toContain('43200 points');
  });
});
