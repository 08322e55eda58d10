/** An image → the parts of the program, in their order; large tables are read off the thread meanwhile. */
import type { Kept } from '../../contract/image.ts';
import { Slices } from '../../lib/slices.ts';
import type { Turns } from '../../lib/turns.ts';
import type { ImageInput } from '../../storage/checkpoint/image-input.ts';

/** Longest turn. */
const SLICE_MS = 5;

/** Closes the image. @param signal gives up, with the parts as they are then. */
export async function loadImage(
  kept: readonly Kept[],
  image: ImageInput,
  turns: Turns,
  signal: AbortSignal,
): Promise<void> {
  const ahead = image.beside();
  const slices = new Slices(turns, SLICE_MS);
  try {
    for (const part of kept) part.read?.(ahead);
    for (const part of kept) {
      if (part.read !== undefined) await ahead.filled();
      for (const _ of part.load(image)) {
        await image.filled();
        if (signal.aborted) return;
        await slices.turn();
      }
    }
  } finally {
    ahead.close();
    image.close();
  }
}
