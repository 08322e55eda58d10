/** `npm run generate`: writes every generated file; with `--check` it writes nothing and fails where one is out of date. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from '../src/service/generated.ts';
import { dashboardJson } from './dashboard/dashboard.ts';
import { semanticsPage } from './semantics/page.ts';

const root = new URL('../', import.meta.url);
const checkOnly = process.argv.includes('--check');

const more = [
  { path: 'docs/dashboards/tacit.json', content: () => dashboardJson() },
  { path: 'docs/semantics.md', content: semanticsPage },
];

for (const { path, content } of [...generatedFiles, ...more]) {
  const file = fileURLToPath(new URL(path, root));
  const existing = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const wanted = content(existing);
  if (wanted === existing) continue;
  if (checkOnly) {
    process.stderr.write(`${path} is out of date; run npm run generate and commit it\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, wanted);
    process.stdout.write(`wrote ${path}\n`);
  }
}
