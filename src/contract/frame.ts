/**
 * Frames: the one total order of everything that flows. Whoever applies them reads no other clock than theirs, so the
 * same frames give the same state.
 */
import type { IdentityRules } from './identity-rules.ts';
import type { LifeCycleSettings } from './life-cycle.ts';
import type { ObservationBatch } from './observation.ts';

/** What a configuration decides about the way of a frame through correlation and graph. Plain data. */
export interface FrameSettings {
  readonly waitMs: number;
  readonly lateMs: number;
  readonly messageWaitMs: number;
  /** The one cluster of topics that the configuration names; empty for none, or several. */
  readonly onlyCluster: string;
  /** Names and patterns of outbox tables; left out: the usual ones. */
  readonly outboxTables?: readonly string[] | undefined;
  readonly maxNodes: number;
  readonly maxEdges: number;
  readonly maxPaths: number;
  readonly lifecycle: LifeCycleSettings;
  /** What changes are told by; views go by those of now at once. */
  readonly rules: IdentityRules;
}

/** Observations, or settings that hold from here on, or with neither a tick. Valid only while it is applied. */
export interface Frame {
  /** From 1, without gaps. */
  readonly number: number;
  /** Stamp of its arrival, ms; never less than that of the frame before. */
  readonly arrivalMs: number;
  readonly batch?: ObservationBatch | undefined;
  readonly settings?: FrameSettings | undefined;
}
