/**
 * Addresses the program listens on: no two may collide, and one that others can reach is worth a warning. By
 * convention every option called `endpoint` of a receiver or extension is such an address (an exporter's is not).
 */
import { type Endpoint, isLoopback, overlap, parseEndpoint } from './endpoint.ts';
import { type Located, placeOf } from './located.ts';
import { formatPath, type Path, type ProblemList } from './problem.ts';
import type { ConfiguredComponent } from './sections.ts';

interface Listening {
  readonly path: Path;
  readonly text: string;
  readonly endpoint: Endpoint;
  /** True where callers must prove who they are: an option `auth` stands beside the address. */
  readonly guarded: boolean;
}

/** `components`: those in use, by section. */
export function checkListeners(
  components: readonly (readonly [section: string, component: ConfiguredComponent])[],
  root: Located,
  problems: ProblemList,
): void {
  const seen: Listening[] = [];
  for (const [section, { id, config }] of components) {
    for (const one of findEndpoints(config, [section, id])) {
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
}

function findEndpoints(value: unknown, path: Path): Listening[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const endpoint = key === 'endpoint' && typeof inner === 'string' ? parseEndpoint(inner) : undefined;
    if (typeof endpoint === 'object') {
      return [{ path: [...path, key], text: String(inner), endpoint, guarded: 'auth' in value }];
    }
    return findEndpoints(inner, [...path, key]);
  });
}
