/** Whatever comes, and however it is cut: nothing but the rules ends a connection, and pieces make no difference. */

import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Connection } from '../../../src/lib/http2/connection.ts';
import { FRAME } from '../../../src/lib/http2/words.ts';
import { OPTIONS, PlainServer } from './plain-server.ts';
import { frame, GET, GREETING } from './raw-client.ts';

interface Outcome {
  readonly breaches: readonly string[];
  readonly requests: readonly (readonly [number, string])[];
  readonly sent: string;
}

/** A socket that keeps what is written; only that a real one takes its time is not in it. */
function play(bytes: Buffer, cuts: readonly number[]): Outcome {
  const handler = new PlainServer();
  const socket = new PassThrough() as unknown as Socket & PassThrough;
  const sent: Buffer[] = [];
  socket.write = (piece: Buffer) => sent.push(Buffer.from(piece)) > 0;
  const breaches: string[] = [];
  const transport = { socket, broken: (breach: string) => void breaches.push(breach), foreign: () => {} };
  const connection = new Connection(transport, handler, OPTIONS, 0);
  const ends = [...new Set(cuts.map(cut => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let at = 0;
  for (const end of [...ends, bytes.length]) {
    connection.read(bytes, at, end);
    at = end;
  }
  connection.lost();
  const requests = handler.requests.map(({ id, body }) => [id, Buffer.concat(body).toString('hex')] as const);
  return { breaches, requests, sent: Buffer.concat(sent).toString('hex') };
}

const anyFrame = fc
  .record({
    type: fc.oneof(fc.integer({ min: 0, max: 10 }), fc.constantFrom<number>(FRAME.headers, FRAME.data)),
    flags: fc.oneof(fc.constantFrom(0, 1, 4, 5, 8, 0x0d, 0x20, 0x25), fc.integer({ min: 0, max: 255 })),
    id: fc.constantFrom(0, 1, 1, 3, 3, 5, 7, 2, 2 ** 31 - 1),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.constant(GET),
      fc.constant(Buffer.alloc(8)),
      fc.constant(Buffer.from([0, 0, 0, 1])),
    ),
  })
  .map(({ type, flags, id, payload }) => frame(type, flags, id, payload));

it('frames of any kind do the same in any pieces', () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 20 }), fc.array(fc.nat(), { maxLength: 30 }), (frames, cuts) => {
      const bytes = Buffer.concat([GREETING, ...frames]);
      const whole = play(bytes, []);
      expect(play(bytes, cuts)).toEqual(whole);
      expect(whole.breaches.length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 2000 },
  );
});

it('bytes of any kind are survived', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), fc.boolean(), (noise, greeted) => {
      play(greeted ? Buffer.concat([GREETING, noise]) : Buffer.from(noise), [7, 30]);
    }),
    { numRuns: 1000 },
  );
});
