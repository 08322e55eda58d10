/** One line of the table: spans as an instrumentation sends them, and what the graph says of them. */
import type { Edge, SpanStats } from '../../../src/contract/graph-document.ts';

export const INTERNAL = 1;
export const SERVER = 2;
export const CLIENT = 3;
export const PRODUCER = 4;
export const CONSUMER = 5;

export type Value = string | number | boolean | readonly string[];
export type Attributes = Readonly<Record<string, Value>>;

export interface Link {
  /** The place of the span it leads to, from 1. */
  readonly to: number;
  readonly attributes?: Attributes;
}

export interface CaseSpan {
  readonly kind: number;
  readonly service: string;
  readonly name: string;
  readonly attributes: Attributes;
  /** The place of its parent in the case, from 1. */
  readonly under?: number;
  /** Spans under another are in its trace; others are in a trace of their own. */
  readonly links?: readonly Link[];
  readonly droppedLinks?: number;
  readonly resource?: Attributes;
  readonly scope?: string;
  /** 1 ok, 2 error. */
  readonly status?: number;
  /** Milliseconds after the first. */
  readonly at?: number;
}

type Weights = Partial<Edge>;

export interface InstrumentationCase {
  readonly name: string;
  readonly spans: readonly CaseSpan[];
  /** `source kind target`, services without their kind → weights to hold; a count of 1 where none is given. */
  readonly edges: Readonly<Record<string, Weights>>;
  /** Ids of nodes without an edge, services aside. */
  readonly nodes?: readonly string[];
  readonly fates?: Partial<SpanStats>;
  /** All of them. */
  readonly reasons?: Readonly<Record<string, number>>;
}

type More = Omit<CaseSpan, 'kind' | 'service' | 'name' | 'attributes'>;
type Maker = (service: string, name: string, attributes: Attributes, more?: More) => CaseSpan;

const maker =
  (kind: number): Maker =>
  (service, name, attributes, more = {}) => ({ kind, service, name, attributes, ...more });

export const unspecified = maker(0);
export const internal = maker(INTERNAL);
export const server = maker(SERVER);
export const client = maker(CLIENT);
export const producer = maker(PRODUCER);
export const consumer = maker(CONSUMER);
