/** Which times are believed. */
import { EARLIEST_TIME, LATEST_AHEAD } from '../contract/observation.ts';

/** µs that an event may be ahead of its arrival. */
export const SKEW_AHEAD = 5_000_000;

/** @param nowUs what the time is held against. */
export function isBelievable(time: number, nowUs: number): boolean {
  return time >= EARLIEST_TIME && time <= nowUs + LATEST_AHEAD;
}
