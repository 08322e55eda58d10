/** The part of JSON Schema that option definitions use, and how it is said to a person. */
import { DURATION_PATTERN, SIZE_PATTERN } from '../lib/units.ts';

type TypeWord = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null';

export interface OptionSchema {
  readonly type?: TypeWord | readonly TypeWord[];
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly patternProperties?: Readonly<Record<string, OptionSchema>>;
  readonly additionalProperties?: boolean | OptionSchema;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly items?: OptionSchema;
  readonly minItems?: number;
  readonly anyOf?: readonly OptionSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  /** A secret: never shown, never empty. */
  readonly writeOnly?: boolean;
  readonly examples?: readonly unknown[];
  readonly 'x-minimum'?: string;
  readonly 'x-maximum'?: string;
  /** What a reload makes of a change; holds for everything beneath that does not say otherwise. */
  readonly 'x-reload'?: ReloadMark;
}

export type ReloadMark = 'live' | 'forward' | 'restart';

/** Every keyword above; a definition with another one would be checked only in part. */
export const OPTION_KEYWORDS: ReadonlySet<string> = new Set([
  'type',
  'description',
  'default',
  'properties',
  'patternProperties',
  'additionalProperties',
  'required',
  'minProperties',
  'items',
  'minItems',
  'anyOf',
  'enum',
  'const',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minLength',
  'pattern',
  'writeOnly',
  'examples',
  'x-minimum',
  'x-maximum',
  'x-reload',
]);

/** An option that allows one type. */
export type OptionBranch = OptionSchema & { readonly type?: TypeWord };

/** The members of a union (`anyOf`, or a list of types), or the schema alone. */
export function schemaBranches(schema: OptionSchema): readonly OptionBranch[] {
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap(schemaBranches);
  const { type } = schema;
  if (typeof type !== 'object') return [schema as OptionBranch];
  return type.map(one => (one === 'null' ? { type: one } : { ...schema, type: one }));
}

/** The unit a text is written in, told by its pattern. */
export function unitOf(schema: OptionSchema): 'duration' | 'size' | undefined {
  if (schema.pattern === DURATION_PATTERN) return 'duration';
  return schema.pattern === SIZE_PATTERN ? 'size' : undefined;
}

/** What a value of this schema is, for `write …`. */
export function typeName(schema: OptionSchema): string {
  const branches = schemaBranches(schema);
  if (branches.length > 1) return quoteList([...new Set(branches.flatMap(branchNames))]);
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum !== undefined) return quoteList(schema.enum.map(String));
  const unit = unitOf(schema);
  if (unit === 'duration') return 'a duration such as 10s or 5m';
  if (unit === 'size') return 'a size such as 20MiB';
  const keys = Object.keys(schema.properties ?? {});
  if (keys.length > 0 && keys.length <= MAX_NAMED_KEYS) return `a map of ${quoteList(keys)}`;
  return TYPE_NAMES[String(schema.type ?? 'any')]!;
}

/** A longer list of keys would drown the message. */
const MAX_NAMED_KEYS = 6;

function branchNames(branch: OptionBranch): readonly string[] {
  return branch.enum === undefined ? [typeName(branch)] : branch.enum.map(String);
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  any: 'any value',
};

/** `a, b or c` */
export function quoteList(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} or ${last}`;
}

/** `1 to 100`, `at least 1s`, or nothing. */
export function boundsOf(schema: OptionSchema): string {
  const minimum = schema['x-minimum'] ?? schema.minimum;
  const maximum = schema['x-maximum'] ?? schema.maximum;
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (minimum !== undefined) return `at least ${minimum}`;
  if (maximum !== undefined) return `at most ${maximum}`;
  if (schema.exclusiveMinimum !== undefined) return `above ${schema.exclusiveMinimum}`;
  return '';
}
