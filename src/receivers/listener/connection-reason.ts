/** Why a listener ended a connection before its time; also the label values of its counters. */
import type { ConnectionEnd } from '../../lib/listen/connections.ts';

/** Over HTTP; `flood` and `dead` only where it is HTTP/2. */
export const CLOSED_FOR = [
  'silent',
  'unread',
  'large_head',
  'slow_head',
  'slow_body',
  'malformed',
  'flood',
  'dead',
] as const;

/** The same, and `limit`: no place was left for a new one. */
export type ConnectionReason = ConnectionEnd | (typeof CLOSED_FOR)[number];
