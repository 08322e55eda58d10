/** The whole configuration as one JSON Schema, for editors and other tools: made from the option definitions. */
import type { ComponentFactory } from '../contract/component.ts';
import { MARK_OF_KIND } from './reload-marks.ts';
import { type OptionSchema, type ReloadMark, schemaBranches, unitOf } from './schema-words.ts';
import { factoriesOf, SECTION_KINDS, SECTIONS, type Section } from './sections.ts';
import { SIGNALS, serviceOptions } from './service-options.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** A scalar may always be `${env:…}` or `${file:…}` instead. */
const EXPANSION: JsonSchema = { $ref: '#/$defs/expansion' };

export function configJsonSchema(factories: readonly ComponentFactory[]): JsonSchema {
  const sections = SECTIONS.map(section => [section, sectionSchema(section, factories)] as const);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'tacit configuration',
    type: 'object',
    additionalProperties: false,
    properties: { ...Object.fromEntries(sections), service: serviceSchema() },
    $defs: {
      expansion: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a user writes
        description: 'A value from outside: ${env:NAME}, ${env:NAME:-default} or ${file:PATH}.',
        type: 'string',
        pattern: '\\$\\{(env|file):[^}]+\\}',
      },
    },
  };
}

function sectionSchema(section: Section, factories: readonly ComponentFactory[]): JsonSchema {
  const types = factoriesOf(section, factories).map(factory => {
    const schema = exportSchema(factory.config as OptionSchema, MARK_OF_KIND[factory.kind]);
    return [`^${factory.type}(/[^\\s/]+)?$`, { description: factory.description, anyOf: [schema, { type: 'null' }] }];
  });
  return {
    description: `By id: the type of the ${SECTION_KINDS[section]}, or type/name.`,
    type: ['object', 'null'],
    additionalProperties: false,
    patternProperties: Object.fromEntries(types) as JsonSchema,
  };
}

function serviceSchema(): JsonSchema {
  const schema = exportSchema(serviceOptions as OptionSchema, MARK_OF_KIND.service) as {
    properties: { pipelines: JsonSchema };
  };
  const { patternProperties, ...pipelines } = schema.properties.pipelines;
  const pipeline = Object.values(patternProperties as JsonSchema)[0];
  const named = { [`^(${SIGNALS.join('|')})(/[^\\s/]+)?$`]: pipeline };
  const closed = { ...pipelines, additionalProperties: false, patternProperties: named };
  return { ...schema, properties: { ...schema.properties, pipelines: closed } };
}

/** Options with a default may be left out; groups may be null; scalars of a form may be expansions. */
function exportSchema(schema: OptionSchema, inherited: ReloadMark): JsonSchema {
  const { 'x-reload': mark = inherited, ...unmarked } = schema;
  if (schemaBranches(schema).some(branch => branch.type === 'object')) {
    return schema.anyOf === undefined ? exportGroup(unmarked, mark) : exportForm(unmarked, mark);
  }
  return { ...exportForm(unmarked, mark), 'x-reload': mark };
}

function exportForm(schema: OptionSchema, mark: ReloadMark): JsonSchema {
  if (schema.anyOf !== undefined) return { ...schema, anyOf: schema.anyOf.map(one => exportPart(one, mark)) };
  if (schema.type === 'array') return { ...schema, items: exportPart(schema.items ?? {}, mark) };
  const anyText = schema.type === 'string' && schema.pattern === undefined && schema.enum === undefined;
  if (anyText || schema.type === 'null' || schema.const !== undefined) return { ...schema };
  const { description, default: preset, ...form } = schema;
  const amount = unitOf(schema) === 'duration' || unitOf(schema) === 'size';
  const zero = amount ? [{ const: 0 }] : [];
  return {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
    anyOf: [form, ...zero, EXPANSION],
  };
}

/** An item of a list or a member of a union is no option by itself: it carries no mark. */
function exportPart(schema: OptionSchema, mark: ReloadMark): JsonSchema {
  const { 'x-reload': _, ...exported } = exportSchema(schema, mark) as { 'x-reload'?: ReloadMark };
  return exported;
}

function exportGroup(schema: OptionSchema, mark: ReloadMark): JsonSchema {
  const { properties = {}, required = [], patternProperties, ...rest } = schema;
  const mustHave = required.filter(key => properties[key]?.default === undefined);
  const nullable = rest.default === undefined ? {} : { type: ['object', 'null'] };
  const exported = (entries: Readonly<Record<string, OptionSchema>>) =>
    Object.fromEntries(Object.entries(entries).map(([key, inner]) => [key, exportSchema(inner, mark)]));
  return {
    ...rest,
    ...nullable,
    properties: exported(properties),
    ...(mustHave.length > 0 ? { required: mustHave } : {}),
    ...(patternProperties === undefined ? {} : { patternProperties: exported(patternProperties) }),
  };
}
