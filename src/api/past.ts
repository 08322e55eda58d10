/** `at`, `start` and `end` of a request: the view that is asked about, of now or of earlier. */
import { Type } from 'typebox';
import type { GraphView } from '../contract/graph-view.ts';
import type { PastDetail } from '../contract/past.ts';
import { parseRfc3339 } from '../lib/rfc3339.ts';
import { parseDuration } from '../lib/units.ts';
import { PastProblem, type PastTime } from '../query/past.ts';
import { type ApiContext, viewOf } from './context.ts';
import { Problem } from './problem.ts';

const NOW = 'now';
/** Who asks for the time that it was when the question was made asks for now. */
const JUST_NOW_MS = 5000;
const FORMS = 'RFC 3339, or `-1h` for an hour ago';
export const timeParameter = (description: string) =>
  Type.Optional(Type.String({ description: `${description} ${FORMS}.` }));

export const requiredTime = (description: string) => Type.String({ description: `${description} ${FORMS}.` });

/** Of every route that reads the graph. */
export const pastParameters = {
  at: timeParameter('The graph as it was then, to the minute, or the coarser the longer ago.'),
  start: timeParameter('What was counted from then until `end`, alone.'),
  end: timeParameter('With `start`; now unless given.'),
};

export interface PastQuery {
  readonly at?: string;
  readonly start?: string;
  readonly end?: string;
}

/** Throws a `Problem` when there is no graph, or none of that time. */
export async function viewFor(context: ApiContext, query: PastQuery, detail: PastDetail): Promise<GraphView> {
  const time = pastTimeOf(query, context.clock.now());
  return time === undefined ? viewOf(context) : pastView(context, time, detail);
}

export function asksForPast({ at, start, end }: PastQuery): boolean {
  return at !== undefined || start !== undefined || end !== undefined;
}

export async function pastView({ past }: ApiContext, time: PastTime, detail: PastDetail): Promise<GraphView> {
  try {
    return await past.view(time, detail);
  } catch (error) {
    if (error instanceof PastProblem) throw problemOf(error);
    throw error;
  }
}

function pastTimeOf({ at, start, end }: PastQuery, nowMs: number): PastTime | undefined {
  if (at === undefined && start === undefined && end === undefined) return undefined;
  if (at !== undefined) {
    if (start === undefined && end === undefined) return asOf(timeOf('at', at, nowMs), nowMs);
    throw wrong('at', 'at goes alone: it is one time; start and end are two');
  }
  if (start === undefined) throw wrong('start', 'end goes with start; give start as well, or at for one time');
  const [startMs, endMs] = [timeOf('start', start, nowMs), timeOf('end', end ?? NOW, nowMs)];
  if (startMs >= endMs) throw wrong('start', `start "${start}" is not before end "${end ?? NOW}"`);
  return isNow(endMs, nowMs) ? { start: startMs } : { start: startMs, end: endMs };
}

/** Of now, what is still open is known, too. */
export function asOf(ms: number, nowMs: number): { readonly at?: number } {
  return isNow(ms, nowMs) ? {} : { at: ms };
}

function isNow(ms: number, nowMs: number): boolean {
  return ms > nowMs - JUST_NOW_MS && ms <= nowMs;
}

/** ms. */
export function timeOf(parameter: string, text: string, nowMs: number): number {
  if (text === NOW) return nowMs;
  if (text.startsWith('-')) {
    try {
      return nowMs - parseDuration(text.slice(1));
    } catch {
      throw wrongTime(parameter, text);
    }
  }
  const ms = parseRfc3339(text);
  if (Number.isNaN(ms)) throw wrongTime(parameter, text);
  return ms;
}

function wrongTime(parameter: string, text: string): Problem {
  return wrong(
    parameter,
    `${parameter} "${text}" is no time; write it as 2026-08-01T12:00:00Z, or -1h for an hour ago`,
  );
}

function wrong(parameter: string, detail: string): Problem {
  return new Problem(400, 'bad-parameter', detail, { parameter });
}

function problemOf({ problem, begin }: PastProblem): Problem {
  if (problem === 'in_future')
    return new Problem(400, 'bad-parameter', 'that time is yet to come; leave the parameter out, or write now');
  const since = Number.isFinite(begin)
    ? `it begins at ${new Date(begin).toISOString()}`
    : 'nothing of the past is kept';
  return new Problem(404, 'before-history', `the graph of that time is not known: ${since}`);
}
