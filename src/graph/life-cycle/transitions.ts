/** When a node or an edge fades and is gone, and which changes tell so: pure rules. */
import type { ChangeType, Severity } from '../../contract/change.ts';
import { STATES } from '../../contract/graph-document.ts';
import type { LifeCycleSettings } from '../../contract/life-cycle.ts';
import { HOUR_MS } from '../../lib/units.ts';

export const CANDIDATE = STATES.indexOf('candidate');
export const ACTIVE = STATES.indexOf('active');
export const FADING = STATES.indexOf('fading');
export const GONE = STATES.indexOf('gone');

const LONGEST_MS = 30 * 24 * HOUR_MS;
/** Means between sightings after which it fades, and is gone: who comes once a day is not gone in the evening. */
const FADE_MEANS = 3;
const GONE_MEANS = 6;
/** Whoever was seen less often may be regularly rare: nothing is known yet, and it is given twice the time. */
const FEW_SIGHTINGS = 4;
/** Share of the newest interval in the mean. */
const NEWEST = 0.25;

export function fadeAfter({ fadeAfterMs }: LifeCycleSettings, mean: number): number {
  return Math.max(fadeAfterMs, Math.min(mean * FADE_MEANS, LONGEST_MS));
}

export function goneAfter({ goneAfterMs }: LifeCycleSettings, mean: number, sightings: number): number {
  const least = sightings < FEW_SIGHTINGS ? goneAfterMs * 2 : goneAfterMs;
  return Math.max(least, Math.min(mean * GONE_MEANS, LONGEST_MS));
}

/** @param intervalMs between two sightings, more than a minute. */
export function meanWith(mean: number, intervalMs: number): number {
  return mean === 0 ? intervalMs : mean + (intervalMs - mean) * NEWEST;
}

/** By how long it was not seen: for whatever was seen when it happened. */
export function stateAt(absentMs: number, fadeMs: number, goneMs: number): number {
  if (absentMs < fadeMs) return ACTIVE;
  return absentMs < goneMs ? FADING : GONE;
}

/** What tells that an edge is no longer as it was told; undefined where that need not be told. */
export function edgeChange(told: number, state: number): ChangeType | undefined {
  if (state === told || state === CANDIDATE) return undefined;
  if (told === CANDIDATE || told === GONE) return state === ACTIVE ? 'edge.appeared' : undefined;
  if (state === GONE) return 'edge.gone';
  return state === FADING ? 'edge.fading' : 'edge.active';
}

const WARNINGS: readonly ChangeType[] = [
  ...(['node.gone', 'edge.gone', 'edge.changed', 'coupling.gone', 'cycle.gone', 'input.silent'] as const),
  'policy.violated',
];
const NOTICES: readonly ChangeType[] = ['node.appeared', 'edge.appeared', 'coupling.appeared', 'cycle.appeared'];

export function severityOf(type: ChangeType): Severity {
  if (WARNINGS.includes(type)) return 'warning';
  return NOTICES.includes(type) ? 'notice' : 'info';
}
