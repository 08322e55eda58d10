/** The sample requests are such as the program takes: none is refused, and they give the graph they tell of. */
import { expect, it } from 'vitest';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { Topology } from '../../src/service/topology/topology.ts';
import { findMarks, markReplay, sampleRequests } from '../../src/service/warm-up/sample-requests.ts';
import { warmUp } from '../../src/service/warm-up/warm-up.ts';
import { SMALL } from '../kits/subject.ts';

const NOW_MS = Date.UTC(2025, 0, 1);
const REPLAYS = 3;

it('sends calls, statements and messages of which both halves are found', () => {
  const topology = new Topology(SMALL, { now: () => NOW_MS }, false);
  const requests = sampleRequests(NOW_MS);
  const marks = requests.map(findMarks);
  for (let replay = 1; replay <= REPLAYS; replay++) {
    for (const [i, request] of requests.entries()) {
      markReplay(request, marks[i]!, replay);
      topology.sink.begin();
      decodeTraces(request, createSpanView(), topology.sink);
      topology.sink.commit();
    }
  }
  const { edges, stats } = topology.view();
  const { received, rejected, duplicates, paired, internal, inferred, pending } = stats.spans;
  expect(received).toBe(REPLAYS * 64 * 20);
  expect({ rejected, duplicates }).toEqual({ rejected: 0, duplicates: 0 });
  expect(paired + internal + inferred + pending).toBe(received);
  const kinds = new Set(edges.map(edge => edge.kind));
  expect(kinds).toEqual(new Set(['calls', 'publishes', 'consumes', 'reads', 'writes']));
  const evidence = edges.filter(edge => edge.kind === 'consumes').flatMap(edge => Object.keys(edge.evidence));
  expect(evidence).toEqual(expect.arrayContaining(['paired', 'span_link']));
});

it('ends soon, and leaves nothing that listens or complains', async () => {
  const said: string[] = [];
  const say = (_: object, message: string) => void said.push(message);
  const begin = performance.now();
  await warmUp({ debug: say, info: say, warn: say, error: say });
  expect(performance.now() - begin).toBeLessThan(10_000);
  expect(said).toEqual([]);
}, 20_000);
