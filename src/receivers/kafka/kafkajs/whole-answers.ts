/**
 * kafkajs keeps what is left behind an answer, also when nothing is, and copies the next answer to put it behind that.
 * Where answers come whole, as from `Sockets`, nothing is ever left.
 */
import Connection from 'kafkajs/src/network/connection.js';

let isPatched = false;

/** Of all connections of the process; may be called again. */
export function takeWholeAnswers(): void {
  if (isPatched) return;
  isPatched = true;
  const { prototype } = Connection;
  const process = prototype.processData;
  prototype.processData = function (this: Connection, answer: Buffer) {
    if (this.bytesBuffered === 0) this.chunks = [];
    process.call(this, answer);
  };
}
