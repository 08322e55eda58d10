/** A buffer is used again only when its own readers are done with it. */
import { expect, it } from 'vitest';
import { RecordBuffers } from '../../src/graph/record-buffers.ts';

it('takes a late release of an older set for no other buffer', () => {
  const older = new RecordBuffers();
  const lentBefore = older.take(1);
  older.lend(lentBefore, 1);
  const buffers = new RecordBuffers();
  const lent = buffers.take(1);
  buffers.lend(lent, 1);
  buffers.release(lentBefore.number);
  expect(buffers.take(1).data).not.toBe(lent.data);
  buffers.release(lent.number);
  expect(buffers.take(1).data).toBe(lent.data);
});
