/** What a person sees once the service runs: where it listens, and what to do next. */
import type { Listener } from '../contract/component.ts';

export interface Announcement {
  readonly version: string;
  readonly listeners: readonly Listener[];
  /** Ids of the http_api extensions. */
  readonly apiIds: readonly string[];
}

export function announce({ version, listeners, apiIds }: Announcement): string {
  const api = listeners.find(one => apiIds.includes(one.component));
  const receivers = listeners.filter(one => one !== api);
  const addresses = listeners.map(one => {
    const address = one.protocol === 'http' ? urlOf(one) : reachable(one.address);
    return `  ${one.component.padEnd(10)} ${one.protocol.padEnd(5)} ${address}${guardOf(one)}`;
  });
  return [`tacit ${version} is running.`, '', ...addresses, '', ...sendingSpans(receivers), ...asking(api), ''].join(
    '\n',
  );
}

function sendingSpans(receivers: readonly Listener[]): string[] {
  const otlp = receivers.find(one => one.protocol === 'http') ?? receivers[0];
  if (otlp === undefined) return [];
  const protocol = otlp.protocol === 'http' ? 'http/protobuf' : 'grpc';
  const lines = [`OTEL_EXPORTER_OTLP_PROTOCOL=${protocol} OTEL_EXPORTER_OTLP_ENDPOINT=${urlOf(otlp)}`];
  if (otlp.tls !== 'off') lines.push('OTEL_EXPORTER_OTLP_CERTIFICATE=CA.pem');
  if (otlp.tls === 'mutual') {
    lines.push('OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE=CLIENT.pem OTEL_EXPORTER_OTLP_CLIENT_KEY=CLIENT.key');
  }
  if (otlp.auth === 'token') lines.push("OTEL_EXPORTER_OTLP_HEADERS='Authorization=Bearer%20TOKEN'");
  return ['Send spans from any OpenTelemetry SDK or Collector:', ...lines.map(line => `  export ${line}`)];
}

function asking(api: Listener | undefined): string[] {
  if (api === undefined) return [];
  const options = [
    ...(api.tls === 'off' ? [] : ['--cacert CA.pem']),
    ...(api.tls === 'mutual' ? ['--cert CLIENT.pem --key CLIENT.key'] : []),
    ...(api.auth === 'token' ? ["-H 'Authorization: Bearer TOKEN'"] : []),
  ];
  return ['Then look at the graph:', `  ${['curl', ...options, `${urlOf(api)}/v1/graph`].join(' ')}`];
}

/** What a client needs besides the address. */
function guardOf({ tls, auth }: Listener): string {
  const needs = [
    ...(tls === 'off' ? [] : ['TLS']),
    ...(tls === 'mutual' ? ['client certificate'] : []),
    ...(auth === 'token' ? ['token'] : []),
  ];
  return needs.length === 0 ? '' : `  (${needs.join(', ')})`;
}

function urlOf({ tls, address }: Listener): string {
  return `${tls === 'off' ? 'http' : 'https'}://${reachable(address)}`;
}

/** An address to connect to: a wildcard is no destination. */
function reachable(address: string): string {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon);
  return ['', '0.0.0.0', '[::]', '::'].includes(host) ? `127.0.0.1${address.slice(colon)}` : address;
}
