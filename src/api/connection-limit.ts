/**
 * Holds the connections of the API within their limit, and ends those whose client does not read its answer, or sends
 * question after question without waiting for any: thousands of them in a packet would keep everybody else waiting.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { MetricSample } from '../contract/component.ts';
import { type ConnectionEnd, Connections } from '../lib/listen/connections.ts';
import { API_CLOSED_CONNECTIONS, API_CONNECTIONS } from '../telemetry/metrics/api.ts';

/** How long an answer may wait for a client that does not read. */
const WRITE_TIMEOUT_MS = 30_000;
/** Requests of one connection that are being answered at the same time. */
const MAX_PIPELINED = 16;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** To be called before the server listens. Returns its metrics. */
export function limitConnections(server: Server, maxConnections: number): () => readonly MetricSample[] {
  const ends: Record<ConnectionEnd | 'pipelined', number> = { limit: 0, silent: 0, unread: 0, pipelined: 0 };
  const connections = new Connections({ maxConnections, writeTimeoutMs: WRITE_TIMEOUT_MS }, end => {
    ends[end] += 1;
  });
  server.on('connection', socket => connections.admit(socket));
  server.on('secureConnection', socket => connections.secured(socket));
  const handlers = server.listeners('request') as Handler[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    connections.touch(socket);
    if (connections.hold(socket, 1) > MAX_PIPELINED) {
      ends.pipelined += 1;
      socket.destroy();
      return;
    }
    response.once('close', () => connections.hold(socket, -1));
    for (const handle of handlers) handle.call(server, request, response);
  });
  return () => [
    API_CONNECTIONS.sample(connections.size),
    API_CLOSED_CONNECTIONS.samples(Object.entries(ends).map(([reason, value]) => ({ labels: { reason }, value }))),
  ];
}
