/** `series` of an edge: what was counted by minutes, ten minutes or hours, beside what it is. */
import { Type } from 'typebox';
import type { Edge } from '../contract/graph-document.ts';
import { MINUTE_MS } from '../lib/units.ts';
import type { ApiContext } from './context.ts';
import { type PastQuery, timeOf } from './past.ts';
import { Problem } from './problem.ts';

const MINUTES = { minute: 1, ten_minutes: 10, hour: 60 } as const;
const STEPS = ['auto', 'minute', 'ten_minutes', 'hour'] as const;
type Step = (typeof STEPS)[number];
const MOST_POINTS = 10_000;
/** Of `auto`. */
const HANDY_POINTS = 500;
const DEFAULT_MS = 60 * MINUTE_MS;

/** Of one edge. */
export const seriesParameter = {
  series: Type.Optional(
    Type.Enum([...STEPS], {
      description: 'Adds what was counted between `start` and `end` (default: the last hour), by steps of this length.',
    }),
  ),
};

export interface SeriesQuery extends PastQuery {
  readonly series?: Step;
}

/** The time of the edge itself: with a series one end may be left out, and the edge is that of now. */
export function timeOfSeries(query: SeriesQuery): PastQuery {
  const isWhole = query.start !== undefined && query.end !== undefined;
  return query.series === undefined || isWhole ? query : {};
}

/** The edge, with its series when it is asked for. Throws a `Problem` for what cannot be asked. */
export async function withSeries(context: ApiContext, edge: Edge, query: SeriesQuery): Promise<Edge> {
  const { series: step } = query;
  if (step === undefined) return edge;
  const { at, start, end } = query;
  if (at !== undefined) throw wrong('at', 'a series is of the time between start and end; leave at out');
  const nowMs = context.clock.now();
  const endMs = end === undefined ? nowMs : timeOf('end', end, nowMs);
  const startMs = start === undefined ? endMs - DEFAULT_MS : timeOf('start', start, nowMs);
  const level = levelOf(step, (endMs - startMs) / MINUTE_MS);
  const points = (endMs - startMs) / MINUTE_MS / level;
  if (points > MOST_POINTS)
    throw wrong('series', `that would be ${Math.ceil(points)} points, ${MOST_POINTS} at most; take longer steps`);
  const ids = edge.rawIds ?? [edge.id];
  const question = { edge: ids.join('\n'), start: startMs, end: endMs, level };
  return { ...edge, series: (await context.ask('series', question)) ?? [] };
}

function levelOf(step: Step, minutes: number): 1 | 10 | 60 {
  if (step !== 'auto') return MINUTES[step];
  return ([1, 10] as const).find(level => minutes / level <= HANDY_POINTS) ?? 60;
}

function wrong(parameter: string, detail: string): Problem {
  return new Problem(400, 'bad-parameter', detail, { parameter });
}
