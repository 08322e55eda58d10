/** Where something is sent to → the listener of our own that this is, as far as names tell. */
import { type Endpoint, isLoopback, isWildcard } from '../lib/listen/endpoint.ts';
import type { ListenOption } from './listen-options.ts';
import { type Located, placeOf } from './located.ts';
import { formatPath, type ProblemList } from './problem.ts';
import type { ConfiguredComponent } from './sections.ts';

export function ownListener(url: string, listeners: readonly ListenOption[]): ListenOption | undefined {
  const target = addressOf(url);
  return target === undefined ? undefined : listeners.find(({ endpoint }) => reaches(target, endpoint));
}

export function isHttpUrl(text: string): boolean {
  return addressOf(text) !== undefined;
}

/** By convention the option called `url` of an exporter is where it sends to. */
export function checkTargets(
  exporters: readonly ConfiguredComponent[],
  listeners: readonly ListenOption[],
  root: Located,
  problems: ProblemList,
): void {
  for (const { id, config } of exporters) {
    const { url } = config as { readonly url?: unknown };
    const own = typeof url === 'string' ? ownListener(url, listeners) : undefined;
    if (own === undefined) continue;
    const path = ['exporters', id, 'url'];
    const message = `${url} is where the program itself listens (${formatPath(own.path)}); name who is to be told`;
    problems.error(placeOf(root, path), path, message);
  }
}

function addressOf(text: string): Endpoint | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  const standard = protocol === 'https:' ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? standard : Number(port) };
}

/** As far as names tell: any address of this machine but its loopback ones may be another's. */
function reaches(target: Endpoint, listener: Endpoint): boolean {
  if (target.port !== listener.port) return false;
  if (target.host === listener.host) return true;
  return isLoopback(target) && (isLoopback(listener) || isWildcard(listener));
}
