/** How deep JSON text stands open after some of its bytes; tells a document of several lines from a broken line. */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const isOpening = (byte: number): boolean => byte === 0x7b || byte === 0x5b;
const isClosing = (byte: number): boolean => byte === 0x7d || byte === 0x5d;

export class JsonDepth {
  depth = 0;
  private inString = false;

  /** Takes a line. False when it ends inside a string, which JSON never does. */
  add(line: Uint8Array): boolean {
    for (let i = 0; i < line.length; i++) {
      const byte = line[i]!;
      if (this.inString) {
        if (byte === BACKSLASH) i++;
        else if (byte === QUOTE) this.inString = false;
      } else if (byte === QUOTE) this.inString = true;
      else if (isOpening(byte)) this.depth++;
      else if (isClosing(byte)) this.depth--;
    }
    return !this.inString;
  }
}
