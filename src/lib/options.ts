/**
 * Building blocks for option definitions: typebox schemas whose values a person writes with a unit.
 * Bounds that JSON Schema cannot say stand in `x-minimum` and `x-maximum`, in the same writing as the value; what a
 * reload makes of a change in `x-reload` (see `config/reload-marks.ts`).
 */
import { type TSchema, Type } from 'typebox';
import { DURATION_PATTERN, SIZE_PATTERN } from './units.ts';

/** The longest duration that may become a timer: Node's count to 2^31 - 1 ms, and what is longer fires at once. */
export const LONGEST_TIMER = '24d';

export interface UnitOption {
  readonly description: string;
  readonly default?: string;
  readonly minimum?: string;
  readonly maximum?: string;
  readonly 'x-reload'?: 'live' | 'forward' | 'restart';
}

function unitOption(pattern: string, { minimum, maximum, ...rest }: UnitOption) {
  return Type.String({
    ...rest,
    pattern,
    ...(minimum === undefined ? {} : { 'x-minimum': minimum }),
    ...(maximum === undefined ? {} : { 'x-maximum': maximum }),
  });
}

/** A duration in Go syntax plus `d`, e.g. `10s`, `1h30m`, `30d`. */
export function durationOption(option: UnitOption) {
  return unitOption(DURATION_PATTERN, option);
}

/** One that a running service takes. */
export function liveDuration(preset: string, minimum: string, maximum: string, description: string) {
  return durationOption({ default: preset, minimum, maximum, 'x-reload': 'live', description });
}

/** A size with a unit, e.g. `20MiB`. */
export function sizeOption(option: UnitOption) {
  return unitOption(SIZE_PATTERN, option);
}

/** An object whose unknown keys are errors and whose options may all be left out. */
export function optionGroup<P extends Record<string, TSchema>>(
  properties: P,
  description?: string,
  reload?: 'live' | 'forward' | 'restart',
) {
  return Type.Object(properties, {
    additionalProperties: false,
    default: {},
    ...(reload === undefined ? {} : { 'x-reload': reload }),
    ...(description === undefined ? {} : { description }),
  });
}
