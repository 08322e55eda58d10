/** `/v1/explain` between two nodes: each edge from one to the other explained, or why there is none. */
import type { ServiceCheckup } from '../../contract/checkup.ts';
import type { GraphView } from '../../contract/graph-view.ts';
import { type ExplainOptions, type Explanation, explainEdge } from './edge.ts';
import { type Reason, whyNot } from './why-not.ts';

export interface BetweenExplanation {
  readonly from: string;
  readonly to: string;
  readonly edges: readonly Explanation[];
  /** Where there is no edge: what comes near, and why. */
  readonly whyNot: readonly Reason[];
}

export function explainBetween(
  view: GraphView,
  from: number,
  to: number,
  services: readonly ServiceCheckup[],
  options: ExplainOptions = {},
): BetweenExplanation {
  const { edges, reasons, ...ends } = whyNot(view, from, to, services);
  return { ...ends, edges: edges.map(id => explainEdge(view, view.edgeIndex(id), options)), whyNot: reasons };
}
