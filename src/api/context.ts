/** What every route is given. */
import type { Clock } from '../contract/clock.ts';
import type { GraphView } from '../contract/graph-view.ts';
import type { PastGraph } from '../query/past.ts';
import type { ChangeBoard } from './changes/board.ts';
import { Problem } from './problem.ts';
import type { AskService } from './questions.ts';
import type { StreamLimit } from './stream-limit.ts';

export interface ApiContext {
  readonly clock: Clock;
  readonly version: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** With everything that was taken in before the call; undefined when there is no graph. */
  readonly graph: () => Promise<GraphView | undefined>;
  readonly ask: AskService;
  /** The graph of earlier. */
  readonly past: Pick<PastGraph, 'view'>;
  readonly streams: StreamLimit;
  readonly changes: ChangeBoard;
  /** Streams of changes at once. */
  readonly maxStreams: number;
  /** A page that shows a trace, with `{traceId}` in it. */
  readonly traceUrl?: string | undefined;
}

/** A `Problem` as long as there is no graph to read. */
export async function viewOf({ graph }: ApiContext): Promise<GraphView> {
  const view = await graph();
  if (view === undefined) throw noTopology();
  return view;
}

export function noTopology(): Problem {
  const detail =
    'no topology connector is running; list `topology` among the exporters of a pipeline, or wait until it has started';
  return new Problem(503, 'no-topology', detail);
}
