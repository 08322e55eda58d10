/**
 * The open connections of one listener, never more than its limit. When all places are taken, a new connection gets
 * that of the one that has been silent longest; one whose request is being answered is never closed for another. So
 * somebody who opens thousands of connections takes places from himself, and clients that send go on.
 */
import type { Socket } from 'node:net';
import { within } from '../within.ts';

/** Connections that are looked at for a place, at most. */
const MAX_LOOKS = 1000;
const SWEEP_MS = 5000;

/** Why the listener itself ended a connection, or took none. */
export type ConnectionEnd = 'limit' | 'silent' | 'unread';

export interface ConnectionLimits {
  readonly maxConnections: number;
  /** How long an answer may wait for a client that does not read, ms. */
  readonly writeTimeoutMs: number;
}

class Connection {
  readonly socket: Socket;
  /** What requests come over: the socket, or what encrypts it. */
  stream: Socket;
  /** Requests taken in whole and not answered yet. */
  answering = 0;
  /** Bytes that wait for the client to read, and since when they are so many, ms. */
  unread = 0;
  unreadSince = 0;

  constructor(socket: Socket) {
    this.socket = this.stream = socket;
  }
}

export class Connections {
  /** May change; connections beyond a lower limit give way to new ones. */
  limits: ConnectionLimits;
  private readonly count: (end: ConnectionEnd) => void;
  /** In the order of their last request, the longest silent first. */
  private readonly open = new Map<Socket, Connection>();
  /** Connections by the client's address and port, to find them again once they are encrypted. */
  private readonly byPeer = new Map<string, Connection>();
  private readonly encrypted = new WeakMap<Socket, Connection>();
  private timer: NodeJS.Timeout | undefined;
  private becameEmpty = () => {};

  /** `count` is called for every connection that ends before its time. */
  constructor(limits: ConnectionLimits, count: (end: ConnectionEnd) => void) {
    this.limits = limits;
    this.count = count;
  }

  get size(): number {
    return this.open.size;
  }

  /** To be called with every socket as it was accepted. False when it found no place: then it is closed. */
  admit(socket: Socket): boolean {
    if (this.open.size >= this.limits.maxConnections && !this.makeRoom()) {
      this.count('limit');
      socket.destroy();
      return false;
    }
    const connection = new Connection(socket);
    const peer = peerOf(socket);
    this.open.set(socket, connection);
    this.byPeer.set(peer, connection);
    socket.once('close', () => {
      this.open.delete(socket);
      if (this.byPeer.get(peer) === connection) this.byPeer.delete(peer);
      if (this.open.size === 0) this.becameEmpty();
    });
    this.timer ??= setInterval(() => this.sweep(performance.now()), SWEEP_MS).unref();
    return true;
  }

  /** The connection goes on as this one: for TLS, whose requests come over a socket of its own. */
  secured(socket: Socket): void {
    const connection = this.byPeer.get(peerOf(socket));
    if (connection === undefined) return;
    connection.stream = socket;
    this.encrypted.set(socket, connection);
  }

  /** A request begins on this connection: it is not silent now. */
  touch(socket: Socket): void {
    const connection = this.find(socket);
    if (connection === undefined || !this.open.delete(connection.socket)) return;
    this.open.set(connection.socket, connection);
  }

  /** A request of this connection is being answered (by 1), or was (by -1): until then it keeps its place. Returns how many are. */
  hold(socket: Socket, by: 1 | -1): number {
    const connection = this.find(socket);
    if (connection === undefined) return 0;
    connection.answering += by;
    return connection.answering;
  }

  /** Ends connections whose client has not read for too long. */
  sweep(nowMs: number): void {
    for (const connection of this.open.values()) {
      const unread = unsentBytes(connection.stream);
      if (unread === 0 || unread !== connection.unread) {
        connection.unread = unread;
        connection.unreadSince = nowMs;
      } else if (nowMs - connection.unreadSince >= this.limits.writeTimeoutMs) this.end(connection, 'unread');
    }
    if (this.open.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Resolves when none is open, or after the bound. */
  emptied(maxMs: number): Promise<void> {
    if (this.open.size === 0) return Promise.resolve();
    return within(maxMs, done => {
      this.becameEmpty = done;
    });
  }

  /** Stops looking after connections; they are closed by whoever owns the listener. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private find(socket: Socket): Connection | undefined {
    return this.open.get(socket) ?? this.encrypted.get(socket);
  }

  private makeRoom(): boolean {
    let looks = 0;
    for (const connection of this.open.values()) {
      if (connection.answering === 0) {
        this.end(connection, 'silent');
        return true;
      }
      if (++looks === MAX_LOOKS) return false;
    }
    return false;
  }

  private end(connection: Connection, why: ConnectionEnd): void {
    this.count(why);
    this.open.delete(connection.socket);
    connection.stream.destroy();
    connection.socket.destroy();
  }
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

/** What the system has not taken yet. Of a long write only the system knows how far it is, where it can be asked. */
function unsentBytes(socket: Socket): number {
  const { _handle: handle } = socket as { readonly _handle?: { readonly writeQueueSize?: number } | null };
  return handle?.writeQueueSize ?? socket.writableLength;
}
