/** How an exporter of changes does in one pipeline, as `/v1/status` tells it. Counts are since the start. */

export interface DeliveryStatus {
  /** Why the last attempt failed; empty when it was taken, and before the first. */
  readonly problem: string;
  readonly delivered: number;
  readonly batches: number;
  readonly failedAttempts: number;
  readonly deadLettered: number;
  /** Dead letters that had to make room. */
  readonly forgotten: number;
  /** Changes that were no longer kept when their turn came, at most. */
  readonly lost: number;
  /** Published and not yet looked at. */
  readonly behind: number;
}

export interface ExporterStatus extends DeliveryStatus {
  readonly exporter: string;
  readonly pipeline: string;
}
