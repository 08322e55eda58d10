/** Paths and couplings as tables for people: each line says in words what was found, then the numbers. */
import type { CouplingsAnswer } from '../../query/couplings.ts';
import { percent } from '../../query/path-words.ts';
import type { PathsAnswer } from '../../query/paths.ts';
import { alignTable, durationText } from './table.ts';

export function pathsToTable({ paths }: PathsAnswer): string {
  const rows = paths.map(({ text, hops, probability, lag, confidence }) => [
    text,
    String(hops),
    percent(probability),
    lag === null ? '-' : durationText(lag.p50),
    lag === null ? '-' : durationText(lag.p95),
    percent(confidence),
  ]);
  const numbers = ['HOPS', 'PROBABILITY', 'LAG P50', 'LAG P95', 'CONFIDENCE'];
  return alignTable(['PATH', ...numbers], rows, numbers);
}

export function couplingsToTable({ couplings }: CouplingsAnswer): string {
  const rows = couplings.map(({ text, type, confidence }) => [text, type, percent(confidence)]);
  return alignTable(['COUPLING', 'TYPE', 'CONFIDENCE'], rows, ['CONFIDENCE']);
}
