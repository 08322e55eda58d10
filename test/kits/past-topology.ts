/** A running topology whose history is kept as a service keeps it, and the API that answers of earlier times from it. */

import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { graphDocument } from '../../src/query/document.ts';
import { PastGraph } from '../../src/query/past.ts';
import type { TopologyOptions } from '../../src/service/topology/config.ts';
import { historyOptionsOf } from '../../src/service/topology/history-options.ts';
import { historyHere } from '../../src/storage/history/link.ts';
import { historySource } from '../../src/storage/history/source.ts';
import { LiveSubject } from './live-subject.ts';
import { SMALL } from './subject.ts';

export class PastTopology extends LiveSubject {
  readonly past: PastGraph;

  private constructor(options: Partial<TopologyOptions>) {
    super(options);
    this.past = new PastGraph(
      question => this.topology.past.ask(question),
      () => this.topology.store.rules,
    );
  }

  /** @param path the data directory; undefined: in memory. */
  static async begin(options: Partial<TopologyOptions> = {}, path?: string): Promise<PastTopology> {
    const subject = new PastTopology(options);
    const { history } = subject.topology.time;
    const link = historyHere(historySource(path), () => subject.nowMs);
    const kept = await link(historyOptionsOf({ ...SMALL, ...options }, true), 'refuse');
    history.keepIn(kept, () => Promise.resolve(true));
    history.begin(0, subject.nowMs);
    subject.topology.time.settle();
    return subject;
  }

  async at(ms: number): Promise<GraphDocument> {
    const view = await this.past.view({ at: ms }, 'all');
    return graphDocument(view, { nodes: view.nodes, edges: view.edges, truncated: false });
  }
}
