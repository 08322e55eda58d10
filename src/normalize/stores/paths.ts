/** Paths of search engines (`/orders/_search`) → indices and operation. */

export interface SearchPath {
  /** Empty when the path names none. */
  readonly indices: readonly string[];
  /** The endpoint without its underscore, or what the method does to a document; empty when neither is known. */
  readonly operation: string;
}

const MAX_PATH = 2048;
const NOTHING: SearchPath = { indices: [], operation: '' };
/** Paths below an index that lead to one document. */
const DOCUMENT = new Set(['_doc', '_create', '_source']);
/** Paths below the root that are no indices. */
const BY_METHOD: ReadonlyMap<string, string> = new Map([
  ['GET', 'get'],
  ['HEAD', 'exists'],
  ['PUT', 'index'],
  ['POST', 'index'],
  ['DELETE', 'delete'],
]);
const INDEX_BY_METHOD: ReadonlyMap<string, string> = new Map([
  ['GET', 'indices.get'],
  ['HEAD', 'indices.exists'],
  ['PUT', 'indices.create'],
  ['DELETE', 'indices.delete'],
]);

/** @param address a path, or a URL. */
export function readSearchPath(address: string, method: string): SearchPath {
  const path = address
    .slice(0, MAX_PATH)
    .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
    .replace(/[?#].*$/s, '');
  if (address === '' || !path.startsWith('/')) return path === '' && address !== '' ? rootPath() : NOTHING;
  const parts = path.split('/', 8).filter(part => part !== '');
  const [first] = parts;
  if (first === undefined) return rootPath();
  if (first.startsWith('_')) return { indices: [], operation: rootOperation(parts) };
  const indices = decode(first)
    .split(',')
    .map(name => name.trim());
  return { indices: indices.filter(name => name !== '' && name !== '*'), operation: operationOf(parts, method) };
}

const rootPath = (): SearchPath => ({ indices: [], operation: 'root' });

function rootOperation([first = '', second = '']: readonly string[]): string {
  const endpoint = first.slice(1);
  return endpoint === 'cluster' || endpoint === 'cat' || endpoint === 'nodes' ? `${endpoint}.${second}` : endpoint;
}

function operationOf(parts: readonly string[], method: string): string {
  const verb = method.toUpperCase();
  if (parts.length === 1) return INDEX_BY_METHOD.get(verb) ?? '';
  const endpoint = parts.find((part, i) => i > 0 && part.startsWith('_'));
  if (endpoint === undefined) return BY_METHOD.get(verb) ?? '';
  if (!DOCUMENT.has(endpoint)) return endpoint.slice(1);
  return endpoint === '_create' ? 'create' : (BY_METHOD.get(verb) ?? '');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
