/** The shape of `/v1/doctor`. */
import type { SpanClass } from '../../contract/checkup.ts';
import type { Exemplar, SpanStats } from '../../contract/graph-document.ts';
import type { LinkedExample } from '../explain/edge.ts';
import type { Reason } from '../explain/why-not.ts';
import type { Severity } from './codes.ts';

export interface Finding {
  /** One of the doctor's codes, or of the graph's diagnostics. */
  readonly code: string;
  readonly severity: Severity;
  readonly count: number;
  /** Of the spans that it could have befallen; null where that is no question. */
  readonly share: number | null;
  readonly message: string;
  readonly fix: string;
  /** The most concerned first. */
  readonly services: readonly { readonly service: string; readonly count: number; readonly example: Exemplar | null }[];
  /** Ids of nodes and edges it is about. */
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
  readonly example: LinkedExample | null;
}

/** Without links. */
export type FindingDraft = Omit<Finding, 'example'> & { readonly example: Exemplar | null };

export interface ServiceHealth {
  /** Id; empty for spans that name none. */
  readonly service: string;
  readonly spans: Readonly<Partial<Record<SpanClass, number>>>;
  readonly paired: number | null;
  /** Codes. */
  readonly findings: readonly string[];
}

export const HEALTHS = ['empty', 'partial', 'good'] as const;

export interface DoctorReport {
  readonly health: (typeof HEALTHS)[number];
  readonly summary: string;
  /** Spans by class, in the scope of the question. */
  readonly spans: Readonly<Partial<Record<SpanClass, number>>>;
  /** Of the spans that can have another half, the share that found it; null when there are none. */
  readonly paired: number | null;
  /** What became of all spans, whatever the scope. */
  readonly fates: SpanStats;
  readonly findings: readonly Finding[];
  readonly services: readonly ServiceHealth[];
  /** Where two nodes were named: what lies between them. */
  readonly between?: {
    readonly from: string;
    readonly to: string;
    readonly edges: readonly string[];
    readonly reasons: readonly Reason[];
  };
}
