/**
 * The files of the repository that are made from the code: schemas and the tables in the docs. One place says what
 * each must hold, so that writing them and checking them for drift cannot differ.
 */
import { configJsonSchema } from '../config/json-schema.ts';
import { optionTables } from '../config/options-table.ts';
import { changeJsonSchema } from '../query/schemas/change-schema.ts';
import { graphJsonSchema } from '../query/schemas/graph-json-schema.ts';
import { metricTable } from '../telemetry/metrics/list.ts';
import { componentFactories } from './components.ts';

export interface GeneratedFile {
  /** Below the root of the repository. */
  readonly path: string;
  /** What the file must hold, given what it holds (empty when it is missing). */
  content(existing: string): string;
}

export const generatedFiles: readonly GeneratedFile[] = [
  {
    path: 'schemas/config.schema.json',
    content: () => `${JSON.stringify(configJsonSchema(componentFactories), null, 2)}\n`,
  },
  { path: 'schemas/graph.schema.json', content: () => `${JSON.stringify(graphJsonSchema(), null, 2)}\n` },
  { path: 'schemas/change.schema.json', content: () => `${JSON.stringify(changeJsonSchema(), null, 2)}\n` },
  {
    path: 'docs/configuration.md',
    content: existing => {
      const withOptions = replaceBetween(existing, 'options', optionTables(componentFactories));
      return replaceBetween(withOptions, 'metrics', metricTable());
    },
  },
];

/** Throws when the markers are missing: a generated part must not end up beside a hand-written one. */
export function replaceBetween(text: string, name: string, content: string): string {
  const begin = `<!-- ${name}:begin (generated: npm run generate) -->`;
  const end = `<!-- ${name}:end -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from)
    throw new Error(`the markers '${begin}' and '${end}' are missing; put them where the part belongs`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}
