/** The bytes of a socket to its connection. */
import type { Socket } from 'node:net';

interface Reader {
  read(bytes: Buffer, start: number, end: number): void;
  drained(): void;
}

export function readFrom(socket: Socket, reader: Reader): void {
  socket.on('data', bytes => reader.read(bytes, 0, bytes.length));
  socket.on('drain', () => reader.drained());
  // Its close says the rest.
  socket.on('error', () => {});
  socket.resume();
}
