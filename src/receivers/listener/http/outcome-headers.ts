/** What an answer's head says because of its outcome, whatever its body is written in. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Answer, Outcome } from '../answer.ts';
import type { Exchange } from './exchange.ts';

/** An unread rest up to this is read and thrown away, and the connection stays. */
const READABLE_REST = 2 ** 20;

const CHALLENGES: Readonly<Partial<Record<Outcome, string>>> = {
  unauthenticated: 'Bearer realm="tacit"',
  forbidden: 'Bearer realm="tacit", error="insufficient_scope", scope="ingest"',
};

export function outcomeHeaders({ outcome, retryAfterSeconds }: Answer): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  if (retryAfterSeconds > 0) headers['Retry-After'] = retryAfterSeconds;
  const challenge = CHALLENGES[outcome];
  if (challenge !== undefined) headers['WWW-Authenticate'] = challenge;
  if (outcome === 'wrong_method') headers.Allow = 'POST';
  if (outcome === 'unsupported') headers['Accept-Encoding'] = 'gzip, identity';
  return headers;
}

export function isRestReadable({ announced, head, bytes }: Exchange): boolean {
  if (announced < 0) return head.headers['transfer-encoding'] === undefined;
  return announced - bytes <= READABLE_REST;
}
