/** The source files of the program as text, and what each imports: by path below `src/`, in no promised order. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

export interface SourceFile {
  /** Below `src/`: `graph/store.ts`. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  readonly from: string;
  /** A path below `src/`, or the name of a package. */
  readonly to: string;
  readonly isPackage: boolean;
  readonly isTypeOnly: boolean;
}

/** `import … from`, `export … from`, `import '…'` and `import('…')`; the clause between tells a type from a value. */
const IMPORT = /\b(import|export)\b([^'";]*?)\bfrom\s*'([^']+)'|\bimport\s*\(?\s*'([^']+)'/g;

export function readSourceFiles(): readonly SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts'))
    .map(path => ({ path: path.replaceAll('\\', '/'), text: readFileSync(SRC + path, 'utf8') }));
}

export function importsOf({ path, text }: SourceFile): readonly Import[] {
  return Array.from(text.matchAll(IMPORT), match => {
    const name = match[3] ?? match[4]!;
    const isPackage = !name.startsWith('.');
    return {
      from: path,
      to: isPackage ? name : posix.join(posix.dirname(path), name),
      isPackage,
      isTypeOnly: /^\s*type\b/.test(match[2] ?? ''),
    };
  });
}

/** The folder of `src/` a file belongs to; empty for `main.ts`. */
export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}
