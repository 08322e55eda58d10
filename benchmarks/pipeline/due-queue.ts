/** Entries in the order in which they are due (a binary heap). */
export class DueQueue<T extends { readonly dueMs: number }> {
  private readonly heap: T[] = [];

  /** The entry that is due first. */
  peek(): T | undefined {
    return this.heap[0];
  }

  push(entry: T): void {
    const { heap } = this;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const above = (i - 1) >> 1;
      if (heap[above]!.dueMs <= entry.dueMs) break;
      heap[i] = heap[above]!;
      i = above;
    }
    heap[i] = entry;
  }

  pop(): T | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let below = i * 2 + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1]!.dueMs < heap[below]!.dueMs) below++;
      if (heap[below]!.dueMs >= last.dueMs) break;
      heap[i] = heap[below]!;
      i = below;
    }
    heap[i] = last;
    return first;
  }
}
