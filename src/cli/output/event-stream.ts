/** A stream of server-sent events from a running service, one connection. */
import { type IncomingMessage, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { ClientTls } from './ask-service.ts';

export interface StreamEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

export interface StreamAnswer {
  readonly status: number;
  /** Of an answer that is no stream. */
  readonly body: string;
  readonly events: AsyncIterable<StreamEvent>;
}

/** A stream that says nothing for so long is broken: the service tells every 15 seconds that it is there. */
const SILENT_MS = 60_000;

/** Rejects when there is no connection. Follows no redirect. */
export async function openStream(url: URL, headers: Record<string, string>, tls: ClientTls): Promise<StreamAnswer> {
  const send = url.protocol === 'https:' ? secureRequest : request;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = send(url, { headers: { ...headers, accept: 'text/event-stream' }, agent: false, ...tls }, resolve);
    sent.on('error', reject);
    sent.setTimeout(SILENT_MS, () => sent.destroy(new Error('the service fell silent')));
    sent.end();
  });
  response.setEncoding('utf8');
  const status = response.statusCode ?? 0;
  const body = status === 200 ? '' : (await response.toArray()).join('');
  return { status, body, events: eventsOf(response) };
}

/** Ends with the connection, whatever the reason. */
async function* eventsOf(response: IncomingMessage): AsyncGenerator<StreamEvent> {
  let rest = '';
  try {
    for await (const piece of response) {
      const blocks = (rest + (piece as string)).split('\n\n');
      rest = blocks.pop()!;
      for (const block of blocks) yield eventOf(block);
    }
  } catch {
    // The place to go on from is known.
  }
}

function eventOf(block: string): StreamEvent {
  const fields = block.split('\n').map(line => /^([a-z]+): ?(.*)$/.exec(line)?.slice(1, 3) ?? ['', '']);
  return Object.fromEntries(fields.filter(([name]) => name !== ''));
}
