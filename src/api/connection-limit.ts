/** Holds the connections of the API within their limit, and ends those whose client does not read its answer. */
import type { Server } from 'node:http';
import type { MetricSample } from '../contract/component.ts';
import { type ConnectionEnd, Connections } from '../lib/listen/connections.ts';
import { API_CLOSED_CONNECTIONS, API_CONNECTIONS } from '../telemetry/metrics.ts';

/** How long an answer may wait for a client that does not read. */
const WRITE_TIMEOUT_MS = 30_000;

/** To be called before the server listens. Returns its metrics. */
export function limitConnections(server: Server, maxConnections: number): () => readonly MetricSample[] {
  const ends: Record<ConnectionEnd, number> = { limit: 0, silent: 0, unread: 0 };
  const connections = new Connections({ maxConnections, writeTimeoutMs: WRITE_TIMEOUT_MS }, end => {
    ends[end] += 1;
  });
  server.on('connection', socket => connections.admit(socket));
  server.on('secureConnection', socket => connections.secured(socket));
  server.on('request', (request, response) => {
    connections.touch(request.socket);
    connections.hold(request.socket, 1);
    response.once('close', () => connections.hold(request.socket, -1));
  });
  return () => [
    API_CONNECTIONS.sample(connections.size),
    API_CLOSED_CONNECTIONS.samples(Object.entries(ends).map(([reason, value]) => ({ labels: { reason }, value }))),
  ];
}
