/** What is installed may be used freely: no copyleft in what ships, and every direct dependency has its reason. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PERMISSIVE = [
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Python-2.0',
  'Unlicense',
];
/** A CSS compiler that vite brings along. It runs in tests only, nothing of it ships, and nothing of it is changed. */
const TOOL_EXCEPTIONS: Readonly<Record<string, RegExp>> = { 'MPL-2.0': /^lightningcss(-[a-z0-9-]+)?$/ };

interface Manifest {
  readonly version: string;
  readonly license?: string | { readonly type: string };
  readonly licenses?: readonly { readonly type: string }[];
}

interface LockEntry {
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

interface Package {
  readonly name: string;
  /** SPDX expression, empty when the package names none. */
  readonly licence: string;
  readonly isInstalled: boolean;
  readonly isTool: boolean;
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(ROOT + path, 'utf8')) as T;
const own = readJson<{ dependencies: Record<string, string>; devDependencies: Record<string, string> }>('package.json');
const packages = readPackages();

/** Every package of the lock file; what is installed speaks for itself, packages of other platforms through the lock. */
function readPackages(): readonly Package[] {
  const lock = readJson<{ packages: Record<string, LockEntry> }>('package-lock.json');
  const entries = Object.entries(lock.packages).filter(([path]) => path !== '');
  return entries.map(([path, entry]) => {
    const manifest = `${path}/package.json`;
    const isInstalled = existsSync(ROOT + manifest);
    const licence = isInstalled ? licenceOf(readJson<Manifest>(manifest)) : (entry.license ?? '');
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return { name, licence, isInstalled, isTool: entry.dev === true || entry.devOptional === true };
  });
}

function licenceOf({ license, licenses }: Manifest): string {
  if (typeof license === 'string') return license;
  return license?.type ?? licenses?.map(({ type }) => type).join(' OR ') ?? '';
}

/** One side of an OR is enough, every side of an AND is needed. */
function isPermissive(expression: string): boolean {
  const bare = expression.replace(/[()]/g, '');
  return bare.split(' OR ').some(side => side.split(' AND ').every(name => PERMISSIVE.includes(name.trim())));
}

describe('licences', () => {
  test.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0)', true],
    ['MIT AND GPL-3.0', false],
    ['AGPL-3.0-only', false],
    ['SEE LICENSE IN LICENSE.txt', false],
    ['', false],
  ])('%o is permissive: %o', (expression, expected) => {
    expect(isPermissive(expression)).toBe(expected);
  });

  test('of all packages are permissive, but for one tool', () => {
    expect(packages.filter(one => one.isInstalled).length).toBeGreaterThan(100);
    const others = packages.filter(one => !isPermissive(one.licence) && !TOOL_EXCEPTIONS[one.licence]?.test(one.name));
    expect(others.map(one => `${one.name}: ${one.licence}`)).toEqual([]);
  });

  test('of what the program runs with are permissive without exception', () => {
    const shipped = packages.filter(one => !one.isTool);
    expect(shipped.length).toBeGreaterThan(30);
    expect(shipped.filter(one => !isPermissive(one.licence)).map(one => `${one.name}: ${one.licence}`)).toEqual([]);
  });
});

describe('docs/dependencies.md', () => {
  const rows = readFileSync(`${ROOT}docs/dependencies.md`, 'utf8').matchAll(/^\| `([^`]+)` \| (.+?) \| (.+?) \|$/gm);
  const listed = new Map(Array.from(rows, ([, name, licence, reason]) => [name!, { licence, reason }]));
  const direct = [...Object.keys(own.dependencies), ...Object.keys(own.devDependencies)];

  test('lists every direct dependency and no other', () => {
    expect([...listed.keys()].sort()).toEqual(direct.toSorted());
  });

  test('gives their licences as they are', () => {
    const installed = new Map(packages.filter(one => one.isInstalled).map(one => [one.name, one.licence]));
    const wrong = [...listed].filter(([name, { licence }]) => installed.get(name) !== licence);
    expect(wrong.map(([name]) => `${name}: ${installed.get(name)}`)).toEqual([]);
  });
});
