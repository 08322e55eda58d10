/** Places in the tree of paths: found once, when the wait ends, from rows and late entries; what is counted stays. */
import { describe, expect, it } from 'vitest';
import { overflowsOf } from '../../src/service/topology/limits-report.ts';
import { LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { pathsOf } from '../kits/subject.ts';
import { client, consumer, internal, linkTo, OTHER_TRACE, postgres, producer, server, topic } from '../oracle/cases.ts';
import type { Span } from '../oracle/span.ts';

const LATER = 3 * WAIT_MS;
const decided = (...spans: Span[]) => new LiveSubject().send(spans, 0).idle(1000, LATER);

/** `a > topic:t > b 1`, receive spans as `+1`. */
function told(subject: LiveSubject): string[] {
  const bare = (text: string) => text.replaceAll('service:', '').replaceAll('topic:kafka/~/', 'topic:');
  return [...pathsOf(subject.topology)]
    .map(([text, { count, received }]) => `${bare(text)} ${count}${received > 0 ? `+${received}` : ''}`)
    .sort();
}

describe('a chain', () => {
  it('goes from the root through calls, topics and tables', () => {
    const insert = postgres({ 'db.query.text': 'INSERT INTO t VALUES (1)', 'db.system.name': 'postgresql' });
    const select = postgres({ 'db.query.text': 'SELECT x FROM u' });
    const subject = decided(
      server('web', 1, 0),
      client('web', 2, 1),
      server('shop', 3, 2),
      client('shop', 4, 3, insert),
      client('shop', 5, 3, select),
      producer('shop', 6, 3, topic('t')),
      consumer('mail', 7, 6, topic('t')),
      client('mail', 8, 7, { attributes: { 'peer.service': 'bank' } }),
    );
    expect(told(subject)).toEqual([
      'web 1',
      'web > shop 1',
      'web > shop > table:postgresql/pg-1/shop/public/t 1',
      'web > shop > topic:t 1',
      'web > shop > topic:t > mail 1',
      'web > shop > topic:t > mail > external:bank 1',
    ]);
  });

  it('is counted when the wait ends, and not moved by what comes later', () => {
    const subject = new LiveSubject().send([server('b', 2, 1)], 0);
    expect(told(subject)).toEqual([]);
    subject.idle(1000, LATER);
    expect(told(subject)).toEqual(['? > b 1']);
    subject.send([client('a', 1, 0)], LATER + 1).idle(LATER + 1000, 2 * LATER);
    expect(subject.edges()).toEqual(['a calls b 1']);
    expect(told(subject)).toEqual(['? > b 1', 'a 1']);
  });

  it('goes on below a client that left before', () => {
    const subject = decided(server('web', 9, 0), client('web', 1, 9));
    subject.send([server('b', 2, 1), client('b', 3, 2), server('c', 4, 3)], LATER + 1).idle(LATER + 1000, 2 * LATER);
    expect(told(subject)).toEqual(['web 1', 'web > b 1', 'web > b > c 1']);
  });

  it('goes on below a producer that left before, in another trace', () => {
    const subject = decided(server('a', 9, 0), producer('a', 1, 9, topic('t')));
    const late = consumer('u', 1, 0, { ...topic('t'), traceId: OTHER_TRACE, links: [linkTo(1)] });
    subject.send([late, client('u', 2, 1, { traceId: OTHER_TRACE })], LATER + 1).idle(LATER + 1000, 2 * LATER);
    expect(told(subject)).toEqual(['a 1', 'a > topic:t 1', 'a > topic:t > u 1']);
  });

  it('counts once for each place that producers of a batch stand at, early and late ones', () => {
    const subject = decided(
      producer('a', 1, 0, topic('t')),
      producer('a', 2, 0, topic('t')),
      producer('b', 3, 0, topic('t')),
    );
    const batch = consumer('u', 7, 0, {
      ...topic('t'),
      traceId: OTHER_TRACE,
      links: [linkTo(1), linkTo(2), linkTo(3), linkTo(4)],
    });
    const write = postgres({ 'db.query.text': 'INSERT INTO x VALUES (1)' });
    subject.send(
      [producer('a', 4, 0, topic('t')), batch, client('u', 8, 7, { ...write, traceId: OTHER_TRACE })],
      LATER + 1,
    );
    subject.idle(LATER + 1000, 2 * LATER);
    expect(told(subject)).toEqual([
      'a 3',
      'a > topic:t 3',
      'a > topic:t > u 1',
      'b 1',
      'b > topic:t 1',
      'b > topic:t > u 1',
      'topic:t > u > table:postgresql/pg-1/shop/public/x 1',
    ]);
  });

  it('keeps receive spans apart from process spans', () => {
    const subject = decided(
      producer('a', 1, 0, topic('t')),
      consumer('u', 2, 0, {
        ...topic('t', { 'messaging.operation.type': 'receive' }),
        traceId: OTHER_TRACE,
        links: [linkTo(1)],
      }),
      consumer('u', 3, 2, { ...topic('t'), traceId: OTHER_TRACE, links: [linkTo(1)] }),
    );
    expect(told(subject)).toEqual(['a 1', 'a > topic:t 1', 'a > topic:t > u 1+1']);
  });

  it('has no beginning where parents go in a circle', () => {
    const subject = decided(internal('a', 1, 3), internal('b', 2, 1), internal('c', 3, 2), server('d', 4, 2));
    expect(told(subject).filter(text => text.includes('d'))).toEqual(['? > b > d 1']);
  });

  it('ends where what came of a span leads back to it', () => {
    const subject = decided(
      consumer('u', 1, 0, { ...topic('t'), links: [linkTo(2)] }),
      producer('u', 2, 1, topic('t')),
    );
    expect(subject.edges()).toEqual(['u publishes topic:t 1', 'topic:t consumes u 1']);
  });

  it('that goes round and round stops counting at 64 nodes', () => {
    const spans = Array.from({ length: 50 }, (_, i) => [
      producer('a', 2 * i + 1, 2 * i, topic('retry')),
      consumer('a', 2 * i + 2, 2 * i + 1, topic('retry')),
    ]).flat();
    const subject = decided(...spans);
    const deepest = Math.max(...[...pathsOf(subject.topology).keys()].map(text => text.split(' > ').length));
    expect(deepest).toBe(64);
    expect(overflowsOf(subject.topology).path_depths).toBeGreaterThan(0);
  });
});

it('tells that the tree is full, and counts the rest', () => {
  const subject = new LiveSubject({ maxPaths: 2 });
  subject.send([server('a', 1, 0), client('a', 2, 1), server('b', 3, 2), client('b', 4, 3), server('c', 5, 4)], 0);
  subject.idle(1000, LATER);
  expect(told(subject)).toEqual(['a 1', 'a > b 1']);
  expect(overflowsOf(subject.topology).paths).toBeGreaterThan(0);
  expect(subject.graph().diagnostics).toMatchObject([{ code: 'paths_limit' }]);
  expect(subject.edges()).toEqual(['a calls b 1', 'b calls c 1']);
});
