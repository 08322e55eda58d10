/** Hosts and ports as identities: of database servers and of peers nobody instruments. */
import { DEFAULT_PORTS } from '../conventions/systems.ts';

const LOOPBACK =
  /^(localhost|.*\.localhost|127(\.\d+){3}|::1|0:0:0:0:0:0:0:1|0\.0\.0\.0|169\.254(\.\d+){2}|fe80:.*|\/.*)$/;

/** Lower case, without trailing dot or IPv6 brackets. */
export function cleanHost(host: string): string {
  let h = host.trim().toLowerCase();
  if (h.startsWith('[') && h.includes(']')) h = h.slice(1, h.indexOf(']'));
  return h.endsWith('.') ? h.slice(0, -1) : h;
}

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** Splits `host:port`; an IPv6 address without brackets is all host. */
export function splitHostPort(text: string): { readonly host: string; readonly port: string } {
  const match = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(text.trim());
  return match ? { host: match[1]!, port: match[2]! } : { host: text, port: '' };
}

/**
 * The instance of a database: host, and port unless it is the system's default. Loopback addresses are no shared
 * identity: `local:<service>` where the resource is a container, else `local[:port]`.
 */
export function databaseInstance(address: string, port: string, system: string, owner: string): string {
  const split = port === '' ? splitHostPort(address) : { host: address, port };
  const host = cleanHost(split.host);
  if (host === '') return '';
  const suffix =
    split.port !== '' && split.port !== '0' && split.port !== DEFAULT_PORTS.get(system) ? `:${split.port}` : '';
  if (!isLoopback(host)) return host + suffix;
  return owner !== '' ? `local:${owner}` : `local${host.startsWith('/') ? '' : suffix}`;
}

/** The name of an external peer: host[:port], with 80 and 443 dropped. Empty when there is no host. */
export function peerName(address: string, port: string): string {
  const split = port === '' ? splitHostPort(address) : { host: address, port };
  const host = cleanHost(split.host);
  if (host === '') return '';
  return ['', '0', '80', '443'].includes(split.port) ? host : `${host}:${split.port}`;
}

/** Host and port of a URL, or empty strings. */
export function urlHost(url: string): { readonly host: string; readonly port: string } {
  const match = /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?/i.exec(url);
  return { host: match?.[1] ?? '', port: match?.[2] ?? '' };
}
