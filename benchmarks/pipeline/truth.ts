/**
 * What the graph must hold after one replay, counted while the spans are made, and the same for many replays.
 * Edges point the way data flows; a table is named `database.table`.
 */
import type { EdgeKind, EvidenceKind } from '../../src/contract/graph-document.ts';

export interface TrueEdge {
  readonly kind: EdgeKind;
  readonly source: string;
  readonly target: string;
  readonly count: number;
  readonly errors: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
  /** On `publishes` and `consumes`. */
  readonly messages: number | undefined;
  readonly evidence: Readonly<Partial<Record<EvidenceKind, number>>>;
}

export interface Truth {
  /** Distinct spans. */
  readonly spans: number;
  /** Spans of requests that are sent a second time. */
  readonly duplicates: number;
  readonly edges: readonly TrueEdge[];
  /** Root server spans by service. */
  readonly entries: Readonly<Record<string, number>>;
}

export interface Interaction {
  readonly clientError?: boolean;
  readonly serverError?: boolean;
  readonly evidence: readonly EvidenceKind[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Counting = Mutable<TrueEdge> & { evidence: Partial<Record<EvidenceKind, number>> };

export class TruthCounter {
  private readonly edges = new Map<string, Counting>();
  private readonly entries = new Map<string, number>();

  entry(service: string): void {
    this.entries.set(service, (this.entries.get(service) ?? 0) + 1);
  }

  edge(kind: EdgeKind, source: string, target: string, interaction: Interaction): void {
    const edge = this.edgeOf(kind, source, target);
    edge.count++;
    if (edge.messages !== undefined) edge.messages++;
    if (interaction.clientError) edge.clientErrors++;
    if (interaction.serverError) edge.serverErrors++;
    if (interaction.clientError || interaction.serverError) edge.errors++;
    for (const kindOfProof of interaction.evidence) {
      edge.evidence[kindOfProof] = (edge.evidence[kindOfProof] ?? 0) + 1;
    }
  }

  truth(spans: number, duplicates: number): Truth {
    return { spans, duplicates, edges: [...this.edges.values()], entries: Object.fromEntries(this.entries) };
  }

  private edgeOf(kind: EdgeKind, source: string, target: string): Counting {
    const key = edgeKey(kind, source, target);
    const known = this.edges.get(key);
    if (known !== undefined) return known;
    const messages = kind === 'publishes' || kind === 'consumes' ? 0 : undefined;
    const edge = {
      kind,
      source,
      target,
      count: 0,
      errors: 0,
      clientErrors: 0,
      serverErrors: 0,
      messages,
      evidence: {},
    };
    this.edges.set(key, edge);
    return edge;
  }
}

export const edgeKey = (kind: EdgeKind, source: string, target: string): string => `${source} ${kind} ${target}`;

/** The truth after `replays` replays: every count times that. */
export function scaleTruth(truth: Truth, replays: number): Truth {
  return {
    spans: truth.spans * replays,
    duplicates: truth.duplicates * replays,
    entries: scaleRecord(truth.entries, replays),
    edges: truth.edges.map(edge => ({
      ...edge,
      count: edge.count * replays,
      errors: edge.errors * replays,
      clientErrors: edge.clientErrors * replays,
      serverErrors: edge.serverErrors * replays,
      messages: edge.messages === undefined ? undefined : edge.messages * replays,
      evidence: scaleRecord(edge.evidence, replays),
    })),
  };
}

function scaleRecord(record: Readonly<Record<string, number>>, factor: number): Record<string, number> {
  return Object.fromEntries(Object.entries(record).map(([name, count]) => [name, count * factor]));
}
