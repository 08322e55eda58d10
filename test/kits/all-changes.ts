/** All changes that a running service has published and kept, page by page. */
import type { Change } from '../../src/contract/change.ts';
import type { ChangePage } from '../../src/contract/change-feed.ts';
import type { RunningService } from './sdk/service-process.ts';

export async function allChanges({ api }: RunningService): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (let since = 0; ; ) {
    const answer = await fetch(`http://${api}/v1/changes?since=${since}&limit=1000`);
    const { items, next, newest } = (await answer.json()) as Omit<ChangePage, 'changes'> & { items: Change[] };
    changes.push(...items);
    since = next;
    if (next === newest) return changes;
  }
}
