/** Addresses the program listens on: no two may collide, and one that others can reach is worth a warning. */
import { isLoopback, overlap } from './endpoint.ts';
import { findListenOptions, type ListenOption } from './listen-options.ts';
import { type Located, placeOf } from './located.ts';
import { formatPath, type ProblemList } from './problem.ts';
import type { ConfiguredComponent } from './sections.ts';

/** `components`: those in use, by section. */
export function checkListeners(
  components: readonly (readonly [section: string, component: ConfiguredComponent])[],
  root: Located,
  problems: ProblemList,
): void {
  const seen: ListenOption[] = [];
  for (const one of findListenOptions(components)) {
    const at = placeOf(root, one.path);
    const rival = seen.find(other => overlap(other.endpoint, one.endpoint));
    if (rival !== undefined) {
      const message = `${one.text} is already taken by ${formatPath(rival.path)}; give one of the two another port`;
      problems.error(at, one.path, message);
    }
    if (!isLoopback(one.endpoint) && !one.guarded) {
      const message = `${one.text} can be reached from other machines, without authentication; listen on 127.0.0.1 unless the network is trusted`;
      problems.warn(at, one.path, message);
    }
    seen.push(one);
  }
}
