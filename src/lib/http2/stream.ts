/** One request and its answer: what the connection knows of it. A protocol on top adds fields of its own. */
export class Stream {
  readonly id: number;
  /** What the client lets this stream send. */
  sendWindow: number;
  /** Bytes received that the client was not given back. */
  ungranted = 0;
  /** Bytes of the body, without padding. */
  receivedBytes = 0;
  announcedBytes = -1;
  /** The request is whole. */
  isWhole = false;
  /** Answered to its end, or reset by either side. */
  isClosed = false;
  /** What waits for the client's window. */
  waiting: { data: Uint8Array; readonly trailers: Uint8Array } | undefined;

  constructor(id: number, sendWindow: number) {
    this.id = id;
    this.sendWindow = sendWindow;
  }
}
