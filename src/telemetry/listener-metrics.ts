/** What stands before a listener → its metrics: requests by token, failed handshakes, when certificates expire. */
import type { MetricSample } from '../contract/component.ts';
import type { Guard } from '../lib/listen/guard.ts';
import { AUTH_REQUESTS, TLS_CERTIFICATE_EXPIRY, TLS_HANDSHAKE_FAILURES, TLS_RELOADS } from './metrics/listeners.ts';

/** `listener`: the labels that tell this listener from others. */
export function listenerSamples(
  { tls, auth }: Guard,
  listener: { readonly component: string; readonly protocol: string },
): readonly MetricSample[] {
  const requests = auth?.counts.map(({ token, result, value }) => ({ labels: { ...listener, token, result }, value }));
  const samples = requests === undefined || requests.length === 0 ? [] : [AUTH_REQUESTS.samples(requests)];
  if (tls === undefined) return samples;
  const failures = [...tls.failures.counts].map(([reason, value]) => ({ labels: { ...listener, reason }, value }));
  if (failures.length > 0) samples.push(TLS_HANDSHAKE_FAILURES.samples(failures));
  if (tls.expiresAtMs !== undefined) samples.push(TLS_CERTIFICATE_EXPIRY.sample(tls.expiresAtMs / 1000, listener));
  samples.push(TLS_RELOADS.sample(tls.reloads, listener));
  return samples;
}
