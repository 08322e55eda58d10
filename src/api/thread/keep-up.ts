/**
 * Keeps the copy near a graph that grows fast, so that the first question about a large one need not wait until all of
 * it was copied and put in order.
 */

/** How often the graph is looked at. */
export const LOOK_MS = 2000;
/** Edges that a question may find missing. */
const MISSING = 5000;

export class KeepUp {
  private readonly countEdges: () => Promise<number | undefined>;
  private readonly readGraph: () => Promise<unknown>;
  private copied = 0;
  private isBusy = false;

  constructor(countEdges: () => Promise<number | undefined>, readGraph: () => Promise<unknown>) {
    this.countEdges = countEdges;
    this.readGraph = readGraph;
  }

  /** Reads the graph when much was added to it. Looks while it is being read do nothing. */
  async look(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      const edges = (await this.countEdges()) ?? 0;
      if (Math.abs(edges - this.copied) < MISSING) return;
      await this.readGraph();
      this.copied = edges;
    } finally {
      this.isBusy = false;
    }
  }
}
