/** The connections of one server that read ordinary requests themselves: takes sockets, and looks at the clock for all. */
import type { Socket } from 'node:net';
import { leaveToStream, readFrom } from '../../../lib/listen/socket-reader.ts';
import { DirectConnection, type DirectLimits, type DirectOwner } from './direct-connection.ts';
import type { Requests } from './requests.ts';

/** How often the limits of time are looked at. */
const LOOK_MS = 250;

interface Others {
  /** Serves a connection that has begun with these bytes. */
  readonly serve: (socket: Socket, firstBytes: Buffer) => void;
  readonly timedOut: (socket: Socket) => void;
}

export class DirectConnections implements DirectOwner {
  limits: DirectLimits;
  readonly requests: Requests;
  private readonly others: Others;
  private readonly open = new Set<DirectConnection>();
  private timer: NodeJS.Timeout | undefined;

  constructor(limits: DirectLimits, requests: Requests, others: Others) {
    this.limits = limits;
    this.requests = requests;
    this.others = others;
  }

  /** @param socket of `shareReads`. */
  take(socket: Socket): void {
    const connection = new DirectConnection(socket, this, performance.now());
    this.open.add(connection);
    this.timer ??= setInterval(() => this.look(), LOOK_MS).unref();
    socket.on('end', () => connection.ended());
    socket.on('close', () => {
      connection.lost();
      this.forget(connection);
    });
    readFrom(socket, connection);
  }

  closeIdle(): void {
    for (const connection of this.open) connection.closeIdle();
  }

  closeAll(): void {
    for (const { socket } of this.open) socket.destroy();
  }

  handOver(connection: DirectConnection, firstBytes: Buffer): void {
    this.forget(connection);
    leaveToStream(connection.socket);
    this.others.serve(connection.socket, firstBytes);
  }

  timedOut({ socket }: DirectConnection): void {
    this.others.timedOut(socket);
  }

  private forget(connection: DirectConnection): void {
    this.open.delete(connection);
    if (this.open.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private look(): void {
    const now = performance.now();
    for (const connection of this.open) connection.look(now);
  }
}
