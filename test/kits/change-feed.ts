/** A feed as the service has it, into which a test publishes. */
import type { Change } from '../../src/contract/change.ts';
import type { ChangeSource } from '../../src/contract/component.ts';
import { ChangePublisher } from '../../src/service/topology/change-publisher.ts';
import { MemoryChangeLog } from '../../src/storage/changes/change-log.ts';
import { changeOf } from './changes.ts';

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export class TestFeed {
  readonly feed = new ChangePublisher();
  readonly log = new MemoryChangeLog();

  constructor() {
    this.feed.keepIn({ log: this.log, durable: () => Promise.resolve(true), logger: SILENT });
    this.feed.settle();
  }

  async publish(...changes: readonly Change[]): Promise<void> {
    for (const change of changes) this.feed.offer(change, 1);
    await this.feed.flush();
  }

  /** Those of the numbers from one to another. */
  async publishNumbers(from: number, to: number): Promise<void> {
    await this.publish(...Array.from({ length: to - from + 1 }, (_, i) => changeOf(from + i)));
  }

  source(wants: (change: Change) => boolean = () => true): ChangeSource {
    return { feed: this.feed, wants, key: 'changes@webhook/test' };
  }
}
