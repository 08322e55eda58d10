/** How a server is started and where it listens. Ports are free ones where the command has room for them. */
import { createServer } from 'node:net';

export interface Target {
  readonly name: string;
  readonly command: string;
  readonly http: number;
  readonly grpc: number;
  /** The port of tacit's API; undefined for a peer, which is only measured. */
  readonly api: number | undefined;
}

/** `{http}`, `{grpc}` and `{api}` stand for ports, `{tmp}` for an empty directory. */
export const TACIT_COMMAND = [
  'node src/main.ts serve',
  '--set receivers.otlp.protocols.http.endpoint=127.0.0.1:{http}',
  '--set receivers.otlp.protocols.grpc.endpoint=127.0.0.1:{grpc}',
  '--set extensions.http_api.endpoint=127.0.0.1:{api}',
  '--set extensions.storage.path={tmp}',
].join(' ');

/** The same with its journal in memory. */
export const TACIT_IN_MEMORY = TACIT_COMMAND.replace(
  '--set extensions.storage.path={tmp}',
  '--set service.extensions=[http_api]',
);

const DEFAULT_PORTS = { http: 4318, grpc: 4317, api: 8484 } as const;

export async function resolveTarget(name: string, command: string, tmp: string, hasApi: boolean): Promise<Target> {
  const port = async (role: keyof typeof DEFAULT_PORTS): Promise<number> =>
    command.includes(`{${role}}`) ? freePort() : DEFAULT_PORTS[role];
  const http = await port('http');
  const grpc = await port('grpc');
  const api = await port('api');
  const filled = command
    .replaceAll('{http}', String(http))
    .replaceAll('{grpc}', String(grpc))
    .replaceAll('{api}', String(api))
    .replaceAll('{tmp}', tmp);
  return { name, command: filled, http, grpc, api: hasApi ? api : undefined };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
