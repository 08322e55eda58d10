/**
 * Gives the memory of a request's bytes back at once. Left to the garbage collector, bodies outside its heap pile up
 * until it marks the whole heap for their sake, every few thousand requests.
 */

/**
 * The caller and everybody it gave views of these bytes to must be done with them: all become empty, and may be
 * freed again. Bytes that may share their buffer stay as they are: Node puts small buffers together into a pool, each
 * below half of its size.
 */
export function freeBytes(bytes: Uint8Array): void {
  const { buffer, byteLength } = bytes;
  const alone = byteLength > 0 && 2 * byteLength >= buffer.byteLength;
  if (alone && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
