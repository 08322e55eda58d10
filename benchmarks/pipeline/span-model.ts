/** A span before it is encoded. Times count from the start of a replay; ids are a base that each replay masks. */

/** 8 bytes as two 32-bit words, big endian. */
export interface Id {
  readonly high: number;
  readonly low: number;
}

export interface TraceId {
  readonly first: Id;
  readonly second: Id;
}

/** A number that is fresh in every replay (a Kafka offset): the position in the replay plus a base per replay. */
export class Serial {
  readonly position: number;

  constructor(position: number) {
    this.position = position;
  }
}

export type AttributeValue = string | number | boolean | Serial;
export type Attribute = readonly [name: string, value: AttributeValue];

export const STATUS_UNSET = 0;
export const STATUS_OK = 1;
export const STATUS_ERROR = 2;
export type Status = typeof STATUS_UNSET | typeof STATUS_OK | typeof STATUS_ERROR;

export interface SpanModel {
  traceId: TraceId;
  readonly id: Id;
  /** Undefined for a root. */
  parent: Id | undefined;
  link: { readonly traceId: TraceId; readonly id: Id } | undefined;
  readonly service: number;
  readonly instance: number;
  readonly scope: string;
  readonly kind: number;
  readonly name: string;
  readonly startNs: number;
  readonly endNs: number;
  readonly status: Status;
  readonly attributes: readonly Attribute[];
}
