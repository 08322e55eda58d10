/** Reads a small file that a configuration names; what goes wrong is a sentence. */
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';

/** A certificate bundle or a list of tokens is far smaller. */
const MAX_BYTES = 4 * 2 ** 20;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  EISDIR: 'it is a directory',
};

export type FileText = { readonly text: string } | { readonly problem: string };

export function readNamedFile(path: string): FileText {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > MAX_BYTES) return { problem: `cannot use "${path}": it is larger than ${MAX_BYTES} bytes` };
    return { text: bytes.toString('utf8') };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const where = isAbsolute(path) ? '' : ` from ${process.cwd()}`;
    return { problem: `cannot read "${path}"${where}: ${REASONS[code ?? ''] ?? code ?? message}` };
  }
}
