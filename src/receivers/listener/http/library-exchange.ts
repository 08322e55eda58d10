/** Requests that node:http reads: its events to `Requests`, and answers back through its response. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { freeBytes } from '../free-bytes.ts';
import { Exchange, type Outlet } from './exchange.ts';
import type { Requests } from './requests.ts';

const LINGER_MS = 1000;

/** @param waits the sender waits for leave (`Expect: 100-continue`) to send its body. */
export function serve(requests: Requests, request: IncomingMessage, response: ServerResponse, waits: boolean): void {
  const outlet = new LibraryOutlet(request, response, waits);
  const { socket, method = '', url = '', headers } = request;
  const exchange = new Exchange(socket, { method, url, headers }, outlet);
  requests.open(exchange);
  if (exchange.settled) return;
  request.on('data', (piece: Buffer) => {
    requests.data(exchange, piece, 0, piece.length, exchange.bytes + piece.length === exchange.announced);
    freeBytes(piece);
  });
  request.on('end', () => requests.end(exchange));
  request.on('error', () => requests.abandon(exchange));
  if (!waits) return;
  outlet.waits = false;
  response.writeContinue();
}

class LibraryOutlet implements Outlet {
  waits: boolean;
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse, waits: boolean) {
    this.request = request;
    this.response = response;
    this.waits = waits;
  }

  send(status: number, headers: OutgoingHttpHeaders, body: Buffer | string, closing: boolean, lingers: boolean): void {
    const { response } = this;
    if (closing || this.waits) response.shouldKeepAlive = false;
    response.writeHead(status, headers);
    if (lingers && !this.waits) this.linger(body);
    else response.end(body);
  }

  private linger(body: Buffer | string): void {
    const { request, response } = this;
    response.write(body);
    const end = () => {
      clearTimeout(timer);
      response.end();
    };
    const timer = setTimeout(end, LINGER_MS);
    request.once('close', end);
    request.resume();
  }
}
