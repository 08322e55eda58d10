/** What an error of the disk means: that it passes, or that what the disk holds is not known any more. */

const PASSING = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE']);

/** The same write may succeed later; nothing that was synced is in doubt. */
export function passes(error: NodeJS.ErrnoException): boolean {
  return error.code !== undefined && PASSING.has(error.code);
}
