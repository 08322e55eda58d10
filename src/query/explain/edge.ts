/** One edge → how it is known: proofs in words, the confidence and how it was made of them, examples, what is missing. */
import type { Edge, EvidenceKind, Exemplar, Node } from '../../contract/graph-document.ts';
import type { GraphView } from '../../contract/graph-view.ts';
import { CONVICTION } from '../../graph/edge-weights.ts';
import { isSampled } from '../doctor/graph-findings.ts';
import { labelsOf } from '../formats/labels.ts';
import { missingOf } from './missing.ts';
import { EDGE_WORDS, EVIDENCE_WORDS } from './words.ts';

export interface Proof {
  readonly kind: EvidenceKind;
  readonly count: number;
  readonly means: string;
  /** How much this kind alone convinces: c·n/(n+2). */
  readonly conviction: number;
}

/** An example with links to look at it: of this API, and of the trace UI where one is configured. */
export interface LinkedExample extends Exemplar {
  readonly debug: string;
  readonly trace: string | null;
}

export interface Explanation {
  readonly summary: string;
  readonly edge: Edge;
  readonly evidence: readonly Proof[];
  readonly confidence: { readonly value: number; readonly formula: string };
  readonly exemplars: readonly LinkedExample[];
  /** Identities as spans named them that are shown as this edge and its ends. */
  readonly rawIds: Readonly<Record<'source' | 'target' | 'edge', readonly string[]>>;
  readonly firstProof: string;
  readonly lastProof: string;
  readonly missing: readonly Gap[];
}

/** Something that would make the edge surer. */
export interface Gap {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

export interface ExplainOptions {
  /** A page that shows a trace, with `{traceId}` and `{spanId}` in it. */
  readonly traceUrl?: string | undefined;
  /** The view is one of earlier: examples are not kept, and durations by ten minutes only. */
  readonly isPast?: boolean;
}

export function explainEdge(view: GraphView, index: number, options: ExplainOptions = {}): Explanation {
  const edge = view.edge(index);
  const [source, target] = [view.node(view.edgeSource[index]!), view.node(view.edgeTarget[index]!)];
  const evidence = proofsOf(edge);
  return {
    summary: summaryOf(edge, source, target, evidence),
    edge,
    evidence,
    confidence: { value: edge.confidence, formula: formulaOf(evidence) },
    exemplars: edge.exemplars.map(example => linked(example, options.traceUrl)),
    rawIds: { source: source.rawIds, target: target.rawIds, edge: view.rawEdgeIds(index) },
    firstProof: edge.firstSeen,
    lastProof: edge.lastSeen,
    missing: missingOf(view, edge, target, options.isPast === true),
  };
}

export function linked(example: Exemplar, traceUrl: string | undefined): LinkedExample {
  const { traceId, spanId } = example;
  const trace = traceUrl?.replaceAll('{traceId}', traceId).replaceAll('{spanId}', spanId) ?? null;
  return { ...example, debug: `/v1/debug/trace/${traceId}`, trace };
}

function proofsOf({ evidence }: Edge): Proof[] {
  return (Object.entries(evidence) as [EvidenceKind, number][])
    .map(([kind, count]) => ({
      kind,
      count,
      means: EVIDENCE_WORDS[kind],
      conviction: (CONVICTION[kind] * count) / (count + 2),
    }))
    .sort((a, b) => b.conviction - a.conviction);
}

function formulaOf(evidence: readonly Proof[]): string {
  const factors = evidence.map(({ kind, count }) => `(1 − ${CONVICTION[kind]}·${count}/${count + 2})`);
  return `1 − ${factors.join(' · ')}`;
}

function summaryOf(edge: Edge, source: Node, target: Node, evidence: readonly Proof[]): string {
  const labels = labelsOf([source, target]);
  const [from, to] = [labels.get(source.id)!, labels.get(target.id)!];
  const messages = edge.messages !== undefined && edge.messages !== edge.count ? `, ${edge.messages} messages` : '';
  const estimate = isSampled(edge) ? `, about ${Math.round(edge.estimated)} with what sampling left out` : '';
  const proofs = evidence.map(({ count, means }) => `${count} by ${means}`).join('; ');
  return `${from} ${EDGE_WORDS[edge.kind]} ${to}: ${edge.count} interactions${messages}${estimate} from ${edge.firstSeen} to ${edge.lastSeen}. Known ${proofs}.`;
}
