/** `host:port` as it stands in a configuration ↔ its parts, and which addresses are the same or only this machine's. */

export interface Endpoint {
  /** Without brackets; empty for every interface. */
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:4318`, `[::1]:4318`, `localhost:0`, `:4318`. A text that is none throws a RangeError that says what is right. */
export function parseEndpoint(text: string): Endpoint {
  const match = /^(?:\[([0-9a-fA-F:.]+(?:%\w+)?)\]|([^:\s/[\]]*)):(\d{1,5})$/.exec(text);
  if (match === null) {
    throw new RangeError(
      `'${text}' is no address; write host:port, such as 127.0.0.1:4317, 0.0.0.0:4317 or [::1]:4317`,
    );
  }
  const port = Number(match[3]);
  if (port > 65_535) throw new RangeError(`${port} is no port; it must be 1 to 65535, or 0 for any free one`);
  return { host: match[1] ?? match[2] ?? '', port };
}

export function isEndpoint(text: string): boolean {
  try {
    parseEndpoint(text);
    return true;
  } catch {
    return false;
  }
}

export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** True when other machines cannot reach it. */
export function isLoopback({ host }: Endpoint): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host) || host === '::ffff:127.0.0.1';
}

/** True when both cannot be bound at once. */
export function overlap(a: Endpoint, b: Endpoint): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  const loopbackName = (e: Endpoint): string => (e.host === 'localhost' ? '127.0.0.1' : e.host);
  return isWildcard(a) || isWildcard(b) || loopbackName(a) === loopbackName(b);
}

export function isWildcard({ host }: Endpoint): boolean {
  return host === '' || host === '0.0.0.0' || host === '::';
}
