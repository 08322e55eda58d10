/** What a client lets be sent: answers go at once as long as its windows allow, and wait in order when they do not. */
import type { Output } from './output.ts';
import type { Stream } from './stream.ts';
import { ConnectionError, DEFAULT_WINDOW, FLAG, FRAME, MAX_FRAME_BYTES, MAX_WINDOW } from './words.ts';

export class SendWindow<S extends Stream> {
  private readonly output: Output;
  private readonly progress: () => void;
  private readonly done: (stream: S) => void;
  private readonly waiting = new Set<S>();
  private window = DEFAULT_WINDOW;

  /** `progress`: data went that had waited. `done`: the last frame of a stream has gone. */
  constructor(output: Output, progress: () => void, done: (stream: S) => void) {
    this.output = output;
    this.progress = progress;
    this.done = done;
  }

  send(stream: S, data: Uint8Array, trailers: Uint8Array): void {
    const size = data.length;
    if (size <= this.window && size <= stream.sendWindow && size <= MAX_FRAME_BYTES) {
      this.window -= size;
      this.output.frame(FRAME.data, 0, stream.id, data);
      this.end(stream, trailers);
      return;
    }
    stream.waiting = { data, trailers };
    this.waiting.add(stream);
    this.push(stream);
  }

  forget(stream: S): void {
    stream.waiting = undefined;
    this.waiting.delete(stream);
  }

  widen(more: number): void {
    if (more === 0) throw new ConnectionError('protocol_error', 'WINDOW_UPDATE of nothing');
    this.window += more;
    if (this.window > MAX_WINDOW) throw new ConnectionError('flow_control_error', 'a window that is too large');
    this.pushAll();
  }

  /** False when the window would be too large. */
  widenStream(stream: S, more: number): boolean {
    stream.sendWindow += more;
    if (stream.sendWindow > MAX_WINDOW) return false;
    if (stream.waiting !== undefined) this.push(stream);
    return true;
  }

  /** After a change of the initial window, which may also be to less. */
  widenStreams(streams: Iterable<S>, more: number): void {
    for (const stream of streams) {
      stream.sendWindow += more;
      if (stream.sendWindow > MAX_WINDOW) throw new ConnectionError('flow_control_error', 'a window that is too large');
    }
    this.pushAll();
  }

  private pushAll(): void {
    for (const stream of [...this.waiting]) this.push(stream);
  }

  private push(stream: S): void {
    const waiting = stream.waiting!;
    while (waiting.data.length > 0) {
      const size = Math.min(waiting.data.length, this.window, stream.sendWindow, MAX_FRAME_BYTES);
      if (size <= 0) return;
      this.output.frame(FRAME.data, 0, stream.id, waiting.data.subarray(0, size));
      waiting.data = waiting.data.subarray(size);
      this.window -= size;
      stream.sendWindow -= size;
      this.progress();
    }
    this.forget(stream);
    this.end(stream, waiting.trailers);
  }

  private end(stream: S, trailers: Uint8Array): void {
    this.output.frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, stream.id, trailers);
    this.done(stream);
  }
}
