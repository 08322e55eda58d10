/** Addresses as identities: hosts and ports of database servers and of peers nobody instruments. */

/** An address as far as it is known; empty = unknown. */
export interface Address {
  readonly host: string;
  readonly port: string;
}

export const NO_ADDRESS: Address = { host: '', port: '' };

const LOOPBACK =
  /^(localhost6?|localhost\.localdomain|.*\.localhost|127(\.\d+){3}|::1|0:0:0:0:0:0:0:1|::|0\.0\.0\.0|::ffff:127(\.\d+){3}|\(local\)|\(localdb\).*|\.)$/;
const LINK_LOCAL = /^(169\.254(\.\d+){2}|fe[89ab][0-9a-f]:.*)$/;
/** Sockets of the file system, abstract ones, and pipes. */
const SOCKET = /^(\/|@|unix:|\\\\\.\\pipe\\)/;

/** Lower case, without trailing dot or IPv6 brackets. */
export function cleanHost(host: string): string {
  let h = host.trim().toLowerCase();
  if (h.startsWith('[') && h.includes(']')) h = h.slice(1, h.indexOf(']'));
  return h.endsWith('.') && h !== '.' ? h.slice(0, -1) : h;
}

/** True for an address that means the machine or network it is spoken on. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host) || LINK_LOCAL.test(host) || isSocket(host);
}

export function isSocket(host: string): boolean {
  return SOCKET.test(host);
}

/** Splits `host:port`; an IPv6 address without brackets is all host. */
export function splitHostPort(text: string): Address {
  const match = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(text.trim());
  return match ? { host: match[1]!, port: match[2]! } : { host: text, port: '' };
}

/** An address attribute and the port beside it; the address may hold a port, or be a whole URL. */
export function addressOf(address: string, port: string): Address {
  const { host, port: own } = address.includes('://') ? urlHost(address) : splitHostPort(address);
  const given = /^\d+$/.test(port) && port !== '0' ? port : own;
  return { host: cleanHost(host), port: given === '0' ? '' : given };
}

/** The name of an external peer: host[:port], with 80 and 443 dropped. Empty when there is no host. */
export function peerName(address: string, port: string): string {
  const { host, port: known } = addressOf(address, port);
  if (host === '') return '';
  return ['', '80', '443'].includes(known) ? host : `${host}:${known}`;
}

/** Host and port of a URL, or empty strings. */
export function urlHost(url: string): Address {
  const match = /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#,]*)(?::(\d+))?/i.exec(url);
  return { host: match?.[1] ?? '', port: match?.[2] ?? '' };
}
