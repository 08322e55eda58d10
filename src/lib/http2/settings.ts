/** The settings that this side announces, and what a client's settings mean for what is sent to it. */
import { ConnectionError, MAX_FRAME_BYTES, MAX_WINDOW, SETTING } from './words.ts';

const ENTRY_BYTES = 6;

export function encodeSettings(settings: Readonly<Partial<Record<keyof typeof SETTING, number>>>): Buffer {
  const entries = Object.entries(settings) as [keyof typeof SETTING, number][];
  const bytes = Buffer.alloc(entries.length * ENTRY_BYTES);
  for (const [i, [name, value]] of entries.entries()) {
    bytes.writeUInt16BE(SETTING[name], i * ENTRY_BYTES);
    bytes.writeUInt32BE(value, i * ENTRY_BYTES + 2);
  }
  return bytes;
}

/** The client's initial window, or undefined when it says none. Throws a `ConnectionError` for a value out of bounds. */
export function readInitialWindow(bytes: Buffer, start: number, end: number): number | undefined {
  let window: number | undefined;
  for (let at = start; at < end; at += ENTRY_BYTES) {
    const value = bytes.readUInt32BE(at + 2);
    switch (bytes.readUInt16BE(at)) {
      case SETTING.enablePush:
        if (value > 1) throw new ConnectionError('protocol_error', 'ENABLE_PUSH is neither 0 nor 1');
        break;
      case SETTING.initialWindowSize:
        if (value > MAX_WINDOW) throw new ConnectionError('flow_control_error', 'INITIAL_WINDOW_SIZE is too large');
        window = value;
        break;
      case SETTING.maxFrameSize:
        if (value < MAX_FRAME_BYTES || value > 2 ** 24 - 1) {
          throw new ConnectionError('protocol_error', 'MAX_FRAME_SIZE is out of bounds');
        }
        break;
    }
  }
  return window;
}

export function checkSettingsLength(length: number): void {
  if (length % ENTRY_BYTES !== 0) throw new ConnectionError('frame_size_error', `SETTINGS of ${length} bytes`);
}
