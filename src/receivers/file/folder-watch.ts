/** Waits for a change in folders, as far as the system tells of them, or for a time to pass. */
import { type FSWatcher, watch } from 'node:fs';
import { foldersOf } from './find.ts';

/** Changes that come together are looked at together. */
const SETTLE_MS = 20;

export class FolderWatch {
  private watchers: FSWatcher[] = [];
  private hasChanged = false;
  private resolve: (() => void) | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** In the place of what was watched before. Folders that are not there are left to the interval. */
  watch(include: readonly string[]): void {
    this.unwatch();
    for (const folder of foldersOf(include)) {
      try {
        const watcher = watch(folder, { persistent: false }, () => this.wake());
        watcher.on('error', () => watcher.close());
        this.watchers.push(watcher);
      } catch {
        // It may come later; the interval finds what is in it.
      }
    }
  }

  /** Resolves after a change since the last call, or after the time. */
  changed(maxMs: number): Promise<void> {
    return new Promise(resolve => {
      this.resolve = resolve;
      this.timer = setTimeout(() => this.done(), this.hasChanged ? Math.min(SETTLE_MS, maxMs) : maxMs);
    });
  }

  wake(): void {
    if (this.hasChanged) return;
    this.hasChanged = true;
    if (this.resolve === undefined) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.done(), SETTLE_MS);
  }

  /** Whoever waits, waits no longer. */
  close(): void {
    this.unwatch();
    this.done();
  }

  private unwatch(): void {
    for (const watcher of this.watchers) watcher.close();
    this.watchers = [];
  }

  private done(): void {
    clearTimeout(this.timer);
    this.hasChanged = false;
    const { resolve } = this;
    this.resolve = undefined;
    resolve?.();
  }
}
