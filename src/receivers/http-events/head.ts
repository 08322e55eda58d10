/** Reads the head of a request of records; the answer when it is not to be taken, undefined when it is. */
import { type Answer, decline } from '../listener/answer.ts';
import type { Exchange } from '../listener/http/exchange.ts';
import { authorize, checkLength, readContentEncoding } from '../listener/http/head.ts';
import type { HeadRules } from '../listener/http/service.ts';
import { contentOf, expectedContent } from './content.ts';
import { pathOf } from './path.ts';

/** @param isTaken whether somebody takes records at all. */
export function readHead(exchange: Exchange, { guard, maxBodyBytes }: HeadRules, isTaken: boolean): Answer | undefined {
  return (
    authorize(exchange, guard) ??
    readTarget(exchange, isTaken) ??
    readContentEncoding(exchange) ??
    checkLength(exchange, maxBodyBytes)
  );
}

function readTarget({ head: { method, url, headers } }: Exchange, isTaken: boolean): Answer | undefined {
  const path = pathOf(url);
  if (path === 'other') return decline('not_found', 'no such path: send POST /v1/records or POST /v1/cloudevents');
  if (!isTaken) return decline('not_found', 'records are not taken here: no events pipeline lists this receiver');
  if (method !== 'POST') return decline('wrong_method', `${method} is not for ${url}: send POST`);
  if (contentOf(path, headers) === undefined) return decline('unsupported', expectedContent(path, headers));
  return undefined;
}
