/** The licences of the packages that are bundled into the program: each wants its text to go along. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of a package, or of what the bundler itself adds. */
const PACKAGE = /^(?:(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)|\0(rolldown))\//;
const LICENCE_FILE = /^(licen[cs]e|notice|copying)(\.|$)/i;

/** @param modules ids of all modules in the bundle: their paths. */
export function noticesOf(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap(folderOf));
  const notices = [...folders].sort().map(noticeOf);
  return ['This package holds code of these packages.\n', ...notices].join(`\n${'-'.repeat(80)}\n\n`);
}

function folderOf(module: string): string[] {
  const [, folder, ofBundler] = PACKAGE.exec(module) ?? [];
  if (ofBundler !== undefined) return [join(import.meta.dirname, '../../node_modules', ofBundler)];
  return folder === undefined ? [] : [folder];
}

function noticeOf(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>;
  const files = readdirSync(folder).filter(file => LICENCE_FILE.test(file));
  if (files.length === 0) throw new Error(`${name} says no licence`);
  const texts = files.map(file => readFileSync(join(folder, file), 'utf8').trim());
  return `${[`${name} ${version}`, ...texts].join('\n\n')}\n`;
}
