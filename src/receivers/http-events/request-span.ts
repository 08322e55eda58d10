/** A request of records as a span of the program about itself. */
import type { TracedWork } from '../../contract/tracer.ts';
import { type Answer, OUTCOMES } from '../listener/answer.ts';
import type { Exchange } from '../listener/http/exchange.ts';
import type { EventsPath } from './path.ts';

export function requestSpan(path: EventsPath, { head, openedMs, bytes }: Exchange, answer: Answer): TracedWork {
  const { traceparent } = head.headers;
  const { http } = OUTCOMES[answer.outcome];
  const route = `/v1/${path}`;
  return {
    name: `POST ${route}`,
    parent: typeof traceparent === 'string' ? traceparent : undefined,
    beganMs: openedMs,
    attributes: {
      'http.request.method': 'POST',
      'http.route': route,
      'http.response.status_code': http,
      'tacit.outcome': answer.outcome,
      'tacit.message.bytes': bytes,
    },
    ...(http >= 500 ? { failure: answer.message } : {}),
  };
}
