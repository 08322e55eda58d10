/** The tables of docs/configuration.md: every option with its type, default, bounds, reload and meaning, by component. */
import type { ComponentFactory } from '../contract/component.ts';
import { MARK_OF_KIND } from './reload-marks.ts';
import { boundsOf, type OptionSchema, type ReloadMark, schemaBranches, unitOf } from './schema-words.ts';
import { factoriesOf, SECTIONS } from './sections.ts';
import { serviceOptions } from './service-options.ts';

interface OptionRow {
  /** Dotted; `<id>` and `[]` stand for any key and any item. */
  readonly path: string;
  readonly type: string;
  readonly default: string;
  readonly bounds: string;
  readonly reload: string;
  readonly description: string;
}

/** Markdown: one heading and table per component, and one for `service`. */
export function optionTables(factories: readonly ComponentFactory[]): string {
  const parts = SECTIONS.flatMap(section => {
    const known = factoriesOf(section, factories);
    if (known.length === 0) return [];
    return [
      `## ${section}`,
      ...known.map(
        factory =>
          `### ${factory.type}\n\n${factory.description}\n\n${table(factory.config, MARK_OF_KIND[factory.kind])}`,
      ),
    ];
  });
  return [...parts, '## service', table(serviceOptions, MARK_OF_KIND.service)].join('\n\n');
}

function table(schema: unknown, mark: ReloadMark): string {
  const lines = optionRows(schema as OptionSchema, '', mark).map(row => {
    return `| \`${row.path}\` | ${row.type} | ${row.default} | ${row.bounds} | ${row.reload} | ${row.description} |`;
  });
  const head = [
    '| option | type | default | bounds | reload | what it does |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  return [...head, ...lines].join('\n');
}

/** Depth first, in the order of definition; groups without a description of their own give no row. */
function optionRows(schema: OptionSchema, path: string, inherited: ReloadMark): OptionRow[] {
  const mark = schema['x-reload'] ?? inherited;
  const own = path === '' || (isGroup(schema) && schema.description === undefined) ? [] : [rowOf(schema, path, mark)];
  const below = schemaBranches(schema).flatMap(branch => {
    const properties = Object.entries(branch.properties ?? {}).flatMap(([key, inner]) => {
      return optionRows(inner, path === '' ? key : `${path}.${key}`, mark);
    });
    const free = Object.values(branch.patternProperties ?? {}).flatMap(inner =>
      optionRows(inner, `${path}.<id>`, mark),
    );
    const isMapList = branch.items !== undefined && isGroup(branch.items);
    const items = isMapList ? optionRows(branch.items!, `${path}[]`, mark).filter(row => row.path !== `${path}[]`) : [];
    return [...properties, ...free, ...items];
  });
  return [...own, ...below];
}

function isGroup(schema: OptionSchema): boolean {
  return schemaBranches(schema).some(branch => branch.type === 'object');
}

function rowOf(schema: OptionSchema, path: string, mark: ReloadMark): OptionRow {
  const preset =
    schema.default === undefined || isGroup(schema)
      ? ''
      : `\`${JSON.stringify(schema.default).replace(/^"|"$/g, '')}\``;
  const description = (schema.description ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ');
  const reload = isGroup(schema) ? '' : mark;
  return { path, type: typeOf(schema), default: preset, bounds: boundsOf(schema), reload, description };
}

function typeOf(schema: OptionSchema): string {
  const branches = schemaBranches(schema).filter(branch => branch.type !== 'null');
  if (branches.length > 1) return [...new Set(branches.map(typeOf))].join(' or ');
  if (branches[0] !== undefined && branches[0] !== schema) return typeOf(branches[0]);
  if (schema.enum !== undefined) return schema.enum.map(value => `\`${String(value)}\``).join(' or ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  const type = String(schema.type ?? 'any');
  return unitOf(schema) ?? { object: 'map', string: 'text', integer: 'whole number' }[type] ?? type;
}
