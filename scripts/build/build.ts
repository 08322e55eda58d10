/**
 * `npm run build`: the program as the package holds it, in `dist`. A start loads some dozens of files instead of fifteen
 * hundred: own modules, and those packages that come in many small ones, lie together in chunks. The other packages stay
 * what npm installs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type OutputChunk, type Plugin } from 'rolldown';
import { noticesOf } from './notices.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SRC = `${ROOT}src/`;
const DIST = `${ROOT}dist/`;
/** What is started by its place: the program and its threads. */
const ENTRIES = ['main', 'api/thread/main', 'storage/checkpoint/writer-thread', 'storage/history/thread'];
const INSIDE = ['typebox', 'yaml'];

const { dependencies } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
  dependencies: Readonly<Record<string, string>>;
};
const outside = Object.keys(dependencies).filter(name => !INSIDE.includes(name));

/** A module names the files beside it as if it were a file of its own: from the root of `dist`, where the chunks are. */
const placesOfModules: Plugin = {
  name: 'places-of-modules',
  transform: {
    filter: { id: /\/src\/.*\.ts$/, code: 'import.meta.url' },
    handler(code, id) {
      const place = relative(SRC, id).replace(/\.ts$/, '.js');
      // Lines stay where they are, so the source map holds.
      return { code: code.replaceAll('import.meta.url', `new URL('${place}', import.meta.url).href`), map: null };
    },
  },
  generateBundle(_, bundle) {
    const chunks = Object.values(bundle).filter(one => one.type === 'chunk');
    const wrong = chunks.find(({ fileName, code }) => fileName.includes('/') && code.includes('import.meta.url'));
    if (wrong !== undefined) throw new Error(`${wrong.fileName} has a module that asks for its place`);
  },
};

const program: BuildOptions = {
  input: Object.fromEntries(ENTRIES.map(entry => [entry, `${SRC}${entry}.ts`])),
  platform: 'node',
  external: id => outside.some(name => id === name || id.startsWith(`${name}/`)),
  plugins: [placesOfModules],
  output: {
    dir: DIST,
    cleanDir: true,
    chunkFileNames: 'chunk-[hash].js',
    sourcemap: true,
    sourcemapExcludeSources: true,
    comments: { legal: true, annotation: false, jsdoc: false },
  },
};

/** Alone, and CommonJS, for any Node. */
const launcher: BuildOptions = {
  input: `${SRC}launch.cts`,
  platform: 'node',
  plugins: [
    {
      name: 'program-beside',
      resolveId: id => (id === './main.ts' ? { id: './main.js', external: true } : null),
    },
  ],
  output: { file: `${DIST}launch.cjs`, format: 'cjs', strict: true },
};

const { output } = await build(program);
await build(launcher);
const modules = output.filter((one): one is OutputChunk => one.type === 'chunk').flatMap(one => one.moduleIds);
writeFileSync(`${DIST}THIRD-PARTY-NOTICES`, noticesOf(modules));
