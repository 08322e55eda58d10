/** What every route is given. */
import type { Clock } from '../contract/clock.ts';
import type { Host } from '../contract/component.ts';
import type { GraphView, TopologyReader } from '../contract/graph-view.ts';
import { Problem } from './problem.ts';

export interface ApiContext {
  readonly host: Host;
  readonly clock: Clock;
}

/** A `Problem` as long as there is no graph to read. */
export function readerOf({ host }: ApiContext): TopologyReader {
  const reader = host.topology();
  if (reader !== undefined) return reader;
  const detail =
    'no topology connector is running; list `topology` among the exporters of a pipeline, or wait until it has started';
  throw new Problem(503, 'no-topology', detail);
}

export function viewOf(context: ApiContext): GraphView {
  return readerOf(context).view();
}
