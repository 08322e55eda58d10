/** snappyjs brings no types. */
declare module 'snappyjs' {
  export function compress(plain: Uint8Array): Uint8Array;
  export function uncompress(compressed: Uint8Array, maxBytes?: number): Uint8Array;
}
