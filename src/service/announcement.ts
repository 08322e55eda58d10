/** What a person sees once the service runs: where it listens, and what to do next. */
import type { Listener } from '../contract/component.ts';

export interface Announcement {
  readonly version: string;
  readonly listeners: readonly Listener[];
  /** Ids of the http_api extensions. */
  readonly apiIds: readonly string[];
  /** True when the API asks for a token. */
  readonly needsToken: boolean;
}

export function announce({ version, listeners, apiIds, needsToken }: Announcement): string {
  const api = listeners.find(one => apiIds.includes(one.component));
  const receivers = listeners.filter(one => one !== api);
  const addresses = listeners.map(({ component, protocol, address }) => {
    return `  ${component.padEnd(10)} ${protocol.padEnd(5)} ${protocol === 'http' ? 'http://' : ''}${reachable(address)}`;
  });
  return [
    `tacit ${version} is running.`,
    '',
    ...addresses,
    '',
    ...sendingSpans(receivers),
    ...asking(api, needsToken),
    '',
  ].join('\n');
}

function sendingSpans(receivers: readonly Listener[]): string[] {
  const otlp = receivers.find(one => one.protocol === 'http') ?? receivers[0];
  if (otlp === undefined) return [];
  const protocol = otlp.protocol === 'http' ? 'http/protobuf' : 'grpc';
  return [
    'Send spans from any OpenTelemetry SDK or Collector:',
    `  export OTEL_EXPORTER_OTLP_PROTOCOL=${protocol} OTEL_EXPORTER_OTLP_ENDPOINT=http://${reachable(otlp.address)}`,
  ];
}

function asking(api: Listener | undefined, needsToken: boolean): string[] {
  if (api === undefined) return [];
  const token = needsToken ? "-H 'Authorization: Bearer TOKEN' " : '';
  return ['Then look at the graph:', `  curl ${token}http://${reachable(api.address)}/v1/graph`];
}

/** An address to connect to: a wildcard is no destination. */
function reachable(address: string): string {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon);
  return ['', '0.0.0.0', '[::]', '::'].includes(host) ? `127.0.0.1${address.slice(colon)}` : address;
}
