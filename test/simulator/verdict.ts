/**
 * What a world came to: the same graph, changes and history as its frames without any interruption, and, where it is
 * wide, what the oracle says.
 */
import type { Clock } from '../../src/contract/clock.ts';
import { debugTrace } from '../../src/correlate/debug.ts';
import type { Topology } from '../../src/service/topology/topology.ts';
import { documentOf, pathsOf } from '../kits/subject.ts';
import { compareDocuments, comparePaths } from '../oracle/compare.ts';
import { analyzeSpans } from '../oracle/model.ts';
import { countPaths } from '../oracle/paths.ts';
import type { Climate } from './climate.ts';
import type { Ledger } from './ledger.ts';
import { type HeardChanges, type HistoryInMemory, pastDifferences, UninterruptedPast } from './past.ts';
import type { Request } from './traffic.ts';

/** What a world came to. */
export interface Outcome {
  readonly topology: Topology;
  readonly ledger: Ledger;
  readonly history: HistoryInMemory;
  readonly heard: HeardChanges;
}

export async function verdictOf(
  { topology, ledger, history, heard }: Outcome,
  requests: readonly Request[],
  { isWide }: Climate,
  clock: Clock,
): Promise<readonly string[]> {
  const past = new UninterruptedPast(() => clock.now());
  const reference = await ledger.uninterrupted(clock, past);
  const earlier = await pastDifferences(past, reference, topology, history, heard);
  past.history.end();
  const traces = new Set(requests.flatMap(({ spans }) => spans.map(({ traceId }) => traceId)));
  const before = different('before the end', stateOf(reference, traces), stateOf(topology, traces));
  reference.finish();
  topology.finish();
  const after = different('after the end', graphOf(reference), graphOf(topology));
  return [...earlier, ...before, ...after, ...(isWide ? againstOracle(topology, ledger, requests) : [])];
}

/** What waits. */
function stateOf({ correlator, identities }: Topology, traces: ReadonlySet<string>): Record<string, unknown> {
  return {
    fates: correlator.fates.stats(correlator.undecided),
    reasons: correlator.fates.reasonCounts(),
    checkup: correlator.checkup.report(correlator.rows),
    ...Object.fromEntries([...traces].map(trace => [trace, debugTrace(correlator.rows, identities, trace)])),
  };
}

function graphOf(topology: Topology): Record<string, unknown> {
  const { nodes, edges, stats, diagnostics } = documentOf(topology);
  return {
    stats,
    diagnostics,
    paths: [...pathsOf(topology)],
    ...Object.fromEntries(nodes.map(node => [`node ${node.id}`, node])),
    ...Object.fromEntries(edges.map(edge => [`edge ${edge.id}`, edge])),
  };
}

function different(when: string, expected: Record<string, unknown>, got: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(expected), ...Object.keys(got)])].flatMap(name => {
    const [one, other] = [JSON.stringify(expected[name]), JSON.stringify(got[name])];
    return one === other ? [] : [`${when}, ${name} without interruption: ${one}; here: ${other}`];
  });
}

function againstOracle(topology: Topology, ledger: Ledger, requests: readonly Request[]): readonly string[] {
  const spans = ledger.requests.flatMap(number => requests[number]!.spans);
  const { document, decisions } = analyzeSpans(spans);
  return [
    ...compareDocuments(document, documentOf(topology)),
    ...comparePaths(countPaths(decisions), pathsOf(topology)),
  ].map(line => `oracle: ${line}`);
}
