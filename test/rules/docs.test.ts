/** What the documents say is there: links lead somewhere, commands exist, and the picture is what the program draws. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { mermaidLines } from '../../src/query/formats/mermaid.ts';
import { readConfig } from '../../src/service/read-config.ts';
import { analyzeRequests } from '../kits/subject.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const documents = ['README.md', ...['benchmarks', 'docs', 'pipelines', 'schemas'].flatMap(markdownBelow)];
const read = (path: string): string => readFileSync(ROOT + path, 'utf8');

function markdownBelow(folder: string): string[] {
  const paths = readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' });
  return paths.filter(path => path.endsWith('.md')).map(path => `${folder}/${path}`);
}

describe.each(documents)('%s', path => {
  const text = read(path);

  test('links to files that are there', () => {
    const targets = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), match => match[1]!);
    const local = targets.filter(target => !/^(https?:|#)/.test(target)).map(target => target.split('#', 1)[0]!);
    expect(local.filter(target => !existsSync(join(ROOT, dirname(path), target)))).toEqual([]);
  });

  test('names scripts of npm that are there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = Array.from(text.matchAll(/\bnpm run (?:-s )?([a-z:]+)/g), match => match[1]!);
    expect(named.filter(name => !(name in scripts))).toEqual([]);
  });
});

test('the picture in the README is the graph of its pipeline', async () => {
  const drawn = /<!-- graph: .*-->\n```mermaid\n([\s\S]*?)```/.exec(read('README.md'))?.[1];
  const exports = read('pipelines/otlp-direct/input.jsonl').trim().split('\n');
  const graph = await analyzeRequests(exports.map(line => JSON.parse(line) as object));
  expect(drawn).toBe(Array.from(mermaidLines(graph)).join(''));
});

/** Whole configurations, with where they stand. */
const [manifest] = parseAllDocuments(read('docs/kubernetes/tacit.yaml'));
const CONFIGURATIONS: readonly (readonly [string, string])[] = [
  ['docs/kubernetes/tacit.yaml', (manifest!.toJS() as { data: Record<string, string> }).data['tacit.yaml']!],
  ...documents.flatMap(path =>
    Array.from(read(path).matchAll(/```yaml\n([\s\S]*?)```/g), match => match[1]!)
      .filter(text => /^connectors:/m.test(text) && /^service:/m.test(text))
      .map((text, i) => [`${path} ${i + 1}`, text] as const),
  ),
];

test.each(CONFIGURATIONS)('the configuration in %s has no errors', (_, text) => {
  const folder = mkdtempSync(join(tmpdir(), 'tacit-'));
  try {
    const file = join(folder, 'tacit.yaml');
    writeFileSync(file, text);
    const { problems } = readConfig({ files: [file], sets: [], env: { TACIT_TOKEN: 'secret' } });
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the document of Kafka has a whole configuration for each of its three uses', () => {
  const uses = CONFIGURATIONS.filter(([where]) => where.startsWith('docs/kafka.md'));
  const ids = uses.map(([, text]) => Object.keys((parse(text) as { receivers: object }).receivers));
  expect(ids).toEqual([['kafka/spans'], ['kafka/cdc'], ['kafka/events']]);
});
