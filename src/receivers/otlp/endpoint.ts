/** `host:port` texts and what can go wrong when listening on them. */
import { StartError } from '../../contract/component.ts';
import type { Protocol } from './signal.ts';

interface Endpoint {
  /** Without brackets; 0.0.0.0 when the text names none. */
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:4318`, `[::1]:4318`, `localhost:0`, `:4318`; the text was checked with the configuration. */
export function parseEndpoint(text: string): Endpoint {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replace(/^\[|\]$/g, '');
  return { host: host === '' ? '0.0.0.0' : host, port: Number(text.slice(colon + 1)) };
}

export function formatEndpoint(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Turns a failed bind into an error the user can act on. `id` is the receiver's, as written in the configuration. */
export function bindError(id: string, protocol: Protocol, endpoint: string, cause: Error): StartError {
  const { host, port } = parseEndpoint(endpoint);
  const key = `receivers.${id}.protocols.${protocol}.endpoint`;
  const set = (to: Endpoint) => `--set ${key}=${formatEndpoint(to.host, to.port)}`;
  const what = `${id}: cannot listen for OTLP/${protocol === 'grpc' ? 'gRPC' : 'HTTP'} on ${endpoint}`;
  if (/EADDRINUSE/.test(cause.message)) {
    const other = port + 1000 > 65535 ? 0 : port + 1000;
    return new StartError(`${what}: the port is in use`, `use another port: ${set({ host, port: other })}`);
  }
  if (/EACCES/.test(cause.message)) {
    return new StartError(
      `${what}: ports below 1024 need privileges`,
      `use another port: ${set({ host, port: 4318 })}`,
    );
  }
  if (/EADDRNOTAVAIL|ENOTFOUND|EAI_AGAIN|Name resolution/.test(cause.message)) {
    const hint = `use an address of this machine: ${set({ host: '127.0.0.1', port })}`;
    return new StartError(`${what}: this machine has no address "${host}"`, hint);
  }
  return new StartError(`${what}: ${cause.message}`, `check ${key}`);
}
