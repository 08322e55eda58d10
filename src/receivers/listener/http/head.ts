/** What heads of requests have in common, whatever the listener is there for. */
import type { Guard } from '../../../lib/listen/guard.ts';
import { type Answer, decline } from '../answer.ts';
import type { Exchange } from './exchange.ts';

/** Undefined when the sender may send here. */
export function authorize(exchange: Exchange, guard: Guard): Answer | undefined {
  const denial = guard.auth?.authorize(exchange.head.headers.authorization, 'ingest');
  return denial === undefined ? undefined : decline(denial.status, denial.message);
}

/** Sets whether the body is gzip; undefined when it can be read. */
export function readContentEncoding(exchange: Exchange): Answer | undefined {
  const header = exchange.head.headers['content-encoding'];
  if (header === undefined) return undefined;
  const coding = header.trim().toLowerCase();
  if (coding === 'gzip' || coding === 'x-gzip') exchange.gzip = true;
  else if (coding !== 'identity' && coding !== '') {
    return decline('unsupported', `Content-Encoding "${header}" is not supported: use gzip or identity`);
  }
  return undefined;
}

/** Undefined when the announced length is within the bound. */
export function checkLength({ announced }: Exchange, maxBodyBytes: number): Answer | undefined {
  return announced > maxBodyBytes ? tooLarge(maxBodyBytes) : undefined;
}

export function tooLarge(maxBodyBytes: number): Answer {
  return decline(
    'too_large',
    `the request body is larger than ${maxBodyBytes} bytes (max_request_body_size); send smaller batches`,
  );
}
