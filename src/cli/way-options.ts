/** Options that `paths` and `couplings` share, and how they are read. */
import { STATES } from '../contract/graph-document.ts';
import type { GraphFilter } from '../query/filter.ts';
import { UsageError } from './arguments.ts';
import type { CommandOptions } from './command.ts';
import { isOutputFormat, OUTPUT_FORMATS, type OutputFormat } from './output/render.ts';

export const wayOptions = {
  format: { type: 'string', value: 'FORMAT', description: `One of ${OUTPUT_FORMATS.join(', ')} (default table).` },
  env: { type: 'string', value: 'NAMES', description: 'Only these environments, comma-separated.' },
  implicit: { type: 'boolean', description: 'Only what no call makes plain.' },
} as const satisfies CommandOptions;

export function formatOf(text = 'table'): OutputFormat {
  if (isOutputFormat(text)) return text;
  throw new UsageError(`--format "${text}" is unknown; one of ${OUTPUT_FORMATS.join(', ')}`);
}

/** A whole number between the bounds. */
export function numberOf(option: string, text: string | undefined, preset: number, max: number): number {
  if (text === undefined) return preset;
  if (/^\d{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= max) return Number(text);
  throw new UsageError(`--${option} "${text}" is no whole number from 1 to ${max}`);
}

/** A file is a record of what was: all states. */
export function fileFilter(env: string | undefined): GraphFilter {
  const environments = listOf(env);
  return {
    states: new Set(STATES),
    ...(environments.length > 0 ? { environments: new Set(environments) } : {}),
  };
}

export function listOf(text: string | undefined): string[] {
  return (text ?? '').split(',').filter(part => part !== '');
}

/** Those that were given, as query parameters. */
export function parametersOf(values: Readonly<Record<string, string | number | boolean | undefined>>): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) parameters.set(name, String(value));
  return parameters;
}
