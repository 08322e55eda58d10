/** Long answers under way are few: each holds a view, which its reader may take its time with. */
import { Problem } from './problem.ts';

const MOST = 16;

export class StreamLimit {
  private count = 0;

  /** Throws a `Problem` when there are too many; the function returned gives the place back. */
  enter(): () => void {
    if (this.count >= MOST) {
      const detail = `${MOST} answers are being read already; ask again in a moment`;
      throw new Problem(503, 'too-many-streams', detail, {}, { 'retry-after': '1' });
    }
    this.count++;
    let isIn = true;
    return () => {
      if (isIn) this.count--;
      isIn = false;
    };
  }
}
