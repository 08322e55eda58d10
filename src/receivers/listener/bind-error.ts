/** What can go wrong when the receiver binds its addresses, as errors the user can act on. */
import { StartError } from '../../contract/component.ts';
import { type Endpoint, formatEndpoint, parseEndpoint } from '../../lib/listen/endpoint.ts';
import { ListenOptionError } from '../../lib/listen/problem.ts';

/** Where a listener stands in the configuration, and what it is there for. */
export interface ListenerPlace {
  /** Of the receiver, as written in the configuration. */
  readonly id: string;
  /** Path of its options, e.g. `receivers.otlp.protocols.http`. */
  readonly path: string;
  /** What it speaks, e.g. `OTLP/HTTP`. */
  readonly speaks: string;
}

export function bindError({ id, path, speaks }: ListenerPlace, endpoint: string, cause: Error): StartError {
  if (cause instanceof ListenOptionError) {
    return new StartError(`${path}.${cause.message}`);
  }
  const { host, port } = parseEndpoint(endpoint);
  const key = `${path}.endpoint`;
  const set = (to: Endpoint) => `--set ${key}=${formatEndpoint(to)}`;
  const what = `${id}: cannot listen for ${speaks} on ${endpoint}`;
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
