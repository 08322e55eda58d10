/** What an exporter reads, as long as it runs: the processors before it can be exchanged between two changes. */
import type { Change } from '../contract/change.ts';
import type { ChangeFeed } from '../contract/change-feed.ts';
import type { ChangeSource, Processor } from '../contract/component.ts';

export type Wanted = (change: Change) => boolean;

/** What all processors of a pipeline let through. */
export function wantedBy(processors: readonly Processor[]): Wanted {
  const tests = processors.filter(({ keepChange }) => keepChange !== undefined);
  return change => tests.every(processor => processor.keepChange!(change));
}

export class SwitchedSource implements ChangeSource {
  readonly feed: ChangeFeed;
  readonly key: string;
  private wanted: Wanted;

  constructor(feed: ChangeFeed, wanted: Wanted, key: string) {
    this.feed = feed;
    this.wanted = wanted;
    this.key = key;
  }

  wants(change: Change): boolean {
    return this.wanted(change);
  }

  switchTo(wanted: Wanted): void {
    this.wanted = wanted;
  }
}
