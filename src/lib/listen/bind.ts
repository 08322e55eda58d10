/** A server onto its endpoint. */
import type { AddressInfo, Server } from 'node:net';
import { formatEndpoint, parseEndpoint } from './endpoint.ts';

/** Every IPv4 interface: what an endpoint without a host stands for. */
const ANY_HOST = '0.0.0.0';

/**
 * Connections that the kernel keeps until they are accepted, as many as it lets us: where many come at once, those beyond
 * take themselves for connected, and nobody knows of them. Linux cuts it to `net.core.somaxconn`.
 */
const BACKLOG = 4096;

/**
 * Resolves with the address as bound; rejects with node's error when it cannot be. Errors of the listener after that go
 * to `failed`.
 */
export function bind(server: Server, endpoint: string, failed: (error: Error) => void): Promise<string> {
  const { host: named, port } = parseEndpoint(endpoint);
  const host = named === '' ? ANY_HOST : named;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', reject);
      server.on('error', failed);
      resolve(formatEndpoint({ host, port: (server.address() as AddressInfo).port }));
    });
  });
}
