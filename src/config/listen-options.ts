/**
 * Addresses the program listens on: by convention every option called `endpoint` of a receiver or extension that is in
 * use is one (an exporter's is not), and `auth` and `tls` beside it say who may come in.
 */
import { type Endpoint, isEndpoint, parseEndpoint } from '../lib/listen/endpoint.ts';
import type { Path } from './problem.ts';
import type { ConfiguredComponent } from './sections.ts';

export interface ListenOption {
  readonly path: Path;
  readonly text: string;
  readonly endpoint: Endpoint;
  /** Requests must carry a token. */
  readonly asksForToken: boolean;
  readonly hasTls: boolean;
  /** Clients must show a certificate. */
  readonly asksForCertificate: boolean;
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
    const own =
      key === 'endpoint' && typeof inner === 'string' ? listenOption(value, inner, [...path, key]) : undefined;
    return own === undefined ? findEndpoints(inner, [...path, key]) : [own];
  });
}

function listenOption(beside: object, text: string, path: Path): ListenOption | undefined {
  if (!isEndpoint(text)) return undefined;
  const { tls } = beside as { tls?: unknown };
  return {
    path,
    text,
    endpoint: parseEndpoint(text),
    asksForToken: 'auth' in beside,
    hasTls: tls !== undefined,
    asksForCertificate: typeof tls === 'object' && tls !== null && 'client_ca_file' in tls,
  };
}
