/**
 * Addresses the program listens on: by convention every option called `endpoint` of a receiver or extension that is in
 * use is one (an exporter's is not).
 */
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import type { Path } from './problem.ts';
import type { ConfiguredComponent } from './sections.ts';

export interface ListenOption {
  readonly path: Path;
  readonly text: string;
  readonly endpoint: Endpoint;
  /** True where callers must prove who they are: an option `auth` stands beside the address. */
  readonly guarded: boolean;
}

/** `components`: those in use, by section. */
export function findListenOptions(
  components: readonly (readonly [section: string, component: ConfiguredComponent])[],
): readonly ListenOption[] {
  return components.flatMap(([section, { id, config }]) => findEndpoints(config, [section, id]));
}

function findEndpoints(value: unknown, path: Path): readonly ListenOption[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const endpoint = key === 'endpoint' && typeof inner === 'string' ? parseEndpoint(inner) : undefined;
    if (typeof endpoint === 'object') {
      return [{ path: [...path, key], text: String(inner), endpoint, guarded: 'auth' in value }];
    }
    return findEndpoints(inner, [...path, key]);
  });
}
