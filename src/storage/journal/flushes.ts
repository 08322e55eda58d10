/** Those who wait until everything up to a frame is done with. */
export class Flushes {
  private waiting: (PromiseWithResolvers<void> & { readonly upTo: number })[] = [];

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  add(upTo: number): Promise<void> {
    const waiting = { ...Promise.withResolvers<void>(), upTo };
    this.waiting.push(waiting);
    return waiting.promise;
  }

  /** Resolves those for whom it is so. */
  settle(isDone: (upTo: number) => boolean): void {
    if (this.waiting.length === 0) return;
    const done = this.waiting.filter(({ upTo }) => isDone(upTo));
    this.waiting = this.waiting.filter(one => !done.includes(one));
    for (const { resolve } of done) resolve();
  }
}
