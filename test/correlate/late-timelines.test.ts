/**
 * Any set of calls and messages whose halves arrive in different epochs, further apart than the wait but within `late`:
 * once all is in, the oracle's graph. Only an edge that lost an interaction may still tell its times and examples, and
 * a route those and the sampling of the first of several messages that came.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { compareDocuments } from '../oracle/compare.ts';
import type { OracleDocument } from '../oracle/document.ts';
import { analyzeSpans } from '../oracle/model.ts';
import { Random } from '../oracle/random.ts';
import type { Span } from '../oracle/span.ts';
import type { OracleEdge } from '../oracle/weights.ts';
import { World } from './late-world.ts';

const EPOCHS_MS = [0, 2.5 * WAIT_MS, 6 * WAIT_MS];
const RUNS = Number(process.env.TACIT_PROPERTY_RUNS ?? 300);

/** Sends each span in an epoch of its own choice. */
function play(spans: readonly Span[], seed: number): LiveSubject {
  const random = new Random(seed);
  const epochs = spans.map(() => random.below(EPOCHS_MS.length));
  const subject = new LiveSubject();
  EPOCHS_MS.forEach((beginMs, epoch) => {
    const part = random.shuffle(spans.filter((_, i) => epochs[i] === epoch));
    subject.send(part.slice(0, part.length / 2), beginMs).send(part.slice(part.length / 2), beginMs + 1500);
    subject.idle(beginMs + 1500, beginMs + 2.4 * WAIT_MS);
  });
  return subject.idle(EPOCHS_MS.at(-1)! + 3 * WAIT_MS, EPOCHS_MS.at(-1)! + 6 * WAIT_MS);
}

/** A late entry does not keep its span id: the example may be the partner's span, of the same trace. */
function withExampleTraces(graph: OracleDocument): OracleDocument {
  const traces = (edge: OracleEdge) => edge.exemplars.map(({ traceId }) => ({ traceId, spanId: '' }));
  return { ...graph, edges: graph.edges.map(edge => ({ ...edge, exemplars: traces(edge) })) };
}

/** Differences that are not about times and examples of an edge that may have lost an interaction. */
function differences(spans: readonly Span[], got: GraphDocument): string[] {
  const expected = withExampleTraces(analyzeSpans(spans).document);
  return compareDocuments(expected, withExampleTraces(got)).filter(
    line =>
      !/(external|table|database):.*: (exemplars|firstSeen|lastSeen) /.test(line) &&
      !/#routes#.*: (exemplars|firstSeen|lastSeen|estimated) /.test(line),
  );
}

describe('halves that arrive after the wait', () => {
  it('are one interaction in the end', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (seed, timeline) => {
        const { spans } = new World(seed);
        expect(differences(spans, play(spans, timeline).graph())).toEqual([]);
      }),
      { numRuns: RUNS, seed: 20240115 },
    );
  }, 300_000);
});
