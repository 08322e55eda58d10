/**
 * A located value against an option schema: every deviation becomes a problem at its own place; what comes back has
 * the schema's type with all defaults filled in (where there were problems, it is not to be used).
 */
import type { TSchema } from 'typebox';
import { nearestName } from '../lib/nearest.ts';
import { checkScalar } from './check-scalar.ts';
import { isNull, type Located, type LocatedList, type LocatedMap, plainValue } from './located.ts';
import type { Path, Position, ProblemList } from './problem.ts';
import { type OptionBranch, type OptionSchema, quoteList, schemaBranches, typeName } from './schema-words.ts';

export interface CheckContext {
  readonly at: Position;
  readonly path: Path;
  readonly problems: ProblemList;
}

/** `value` undefined: the option was left out. */
export function checkValue(schema: TSchema, value: Located | undefined, context: CheckContext): unknown {
  return check(schema as OptionSchema, value, context);
}

function check(schema: OptionSchema, value: Located | undefined, context: CheckContext): unknown {
  if (value?.kind === 'scalar' && value.broken) return undefined;
  const given = value !== undefined && isNull(value) && !takesNull(schema) ? undefined : value;
  if (given === undefined) return checkAbsent(schema, value, context);
  const here = { ...context, at: given.at };
  const branches = schemaBranches(schema);
  const branch = branches.find(one => fits(one, given)) ?? branches[0];
  if (branches.length > 1 && !branches.some(one => fits(one, given))) {
    const wanted = typeName(schema);
    here.problems.error(here.at, here.path, `${describe(given)} is none of the allowed values; write ${wanted}`);
    return undefined;
  }
  return checkBranch(branch!, given, here);
}

function checkBranch(schema: OptionBranch, value: Located, context: CheckContext): unknown {
  if (schema.type === 'object') return value.kind === 'map' ? checkMap(schema, value, context) : wrongType();
  if (schema.type === 'array') return value.kind === 'list' ? checkList(schema, value, context) : wrongType();
  if (schema.type === undefined && schema.enum === undefined && schema.const === undefined) return plainValue(value);
  return value.kind === 'scalar' ? checkScalar(schema, value, context) : wrongType();

  function wrongType(): undefined {
    context.problems.error(
      context.at,
      context.path,
      `${describe(value)} is of the wrong type; write ${typeName(schema)}`,
    );
    return undefined;
  }
}

/** Left out, or null (`otlp:`): the default, a group of defaults, or a problem. */
function checkAbsent(schema: OptionSchema, value: Located | undefined, context: CheckContext): unknown {
  if (schema.default !== undefined) return withDefaults(schema, schema.default, context);
  const group = schemaBranches(schema).find(branch => branch.type === 'object');
  if (value !== undefined && group !== undefined) return withDefaults(group, {}, { ...context, at: value.at });
  if (value !== undefined) {
    context.problems.error(value.at, context.path, `has no value; write ${typeName(schema)}`);
  }
  return undefined;
}

function withDefaults(schema: OptionSchema, value: unknown, context: CheckContext): unknown {
  return check(schema, locate(value, context.at), { ...context, at: context.at });
}

function locate(value: unknown, at: Position): Located {
  if (Array.isArray(value)) return { kind: 'list', at, items: value.map(item => locate(item, at)) };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, v]) => [key, { key, keyAt: at, value: locate(v, at) }] as const);
    return { kind: 'map', at, entries: new Map(entries) };
  }
  return { kind: 'scalar', at, value: value as string | number | boolean | null, plain: false };
}

function checkMap(schema: OptionSchema, map: LocatedMap, context: CheckContext): unknown {
  const properties = schema.properties ?? {};
  const result: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(properties)) {
    const entry = map.entries.get(key);
    if (entry === undefined && property.default === undefined) {
      if (schema.required?.includes(key)) {
        context.problems.error(context.at, context.path, `'${key}' is missing; it takes ${typeName(property)}`);
      }
      continue;
    }
    const path = [...context.path, key];
    const found = check(property, entry?.value, { ...context, at: entry?.keyAt ?? context.at, path });
    if (found !== undefined) result[key] = found;
  }
  for (const [key, entry] of map.entries) {
    if (Object.hasOwn(properties, key)) continue;
    const free = freeProperty(schema, key);
    const path = [...context.path, key];
    if (free === undefined) context.problems.error(entry.keyAt, path, unknownKey(key, Object.keys(properties)));
    else result[key] = check(free, entry.value, { ...context, at: entry.keyAt, path });
  }
  if (map.entries.size < (schema.minProperties ?? 0)) {
    context.problems.error(
      context.at,
      context.path,
      `is empty; give at least one of ${quoteList(Object.keys(properties))}`,
    );
  }
  return result;
}

function freeProperty(schema: OptionSchema, key: string): OptionSchema | undefined {
  for (const [pattern, property] of Object.entries(schema.patternProperties ?? {})) {
    if (new RegExp(pattern, 'u').test(key)) return property;
  }
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

export function unknownKey(key: string, known: readonly string[]): string {
  const nearest = nearestName(key, known);
  if (nearest !== undefined) return `'${key}' is unknown; did you mean '${nearest}'?`;
  return `'${key}' is unknown; ${known.length === 0 ? 'nothing can stand here' : `known are ${quoteList(known)}`}`;
}

function checkList(schema: OptionSchema, list: LocatedList, context: CheckContext): unknown {
  if (list.items.length < (schema.minItems ?? 0)) {
    context.problems.error(list.at, context.path, `is too short; give at least ${schema.minItems}`);
  }
  const items = schema.items ?? {};
  return list.items.map((item, i) => check(items, item, { ...context, path: [...context.path, i] }));
}

function takesNull(schema: OptionSchema): boolean {
  return schemaBranches(schema).some(branch => branch.type === 'null') && !hasGroup(schema);
}

/** A group or null: null means the group's defaults. */
function hasGroup(schema: OptionSchema): boolean {
  return schemaBranches(schema).some(branch => branch.type === 'object');
}

function fits(schema: OptionBranch, value: Located): boolean {
  if (schema.type === 'object') return value.kind === 'map';
  if (schema.type === 'array') return value.kind === 'list';
  if (value.kind !== 'scalar') return schema.type === undefined && schema.enum === undefined;
  if (schema.const !== undefined) return schema.const === value.value;
  if (schema.enum !== undefined) return schema.enum.includes(value.value);
  if (schema.type === 'integer' || schema.type === 'number') return typeof value.value === 'number';
  return schema.type === undefined || schema.type === (value.value === null ? 'null' : typeof value.value);
}

function describe(value: Located): string {
  if (value.kind === 'map') return 'a map';
  if (value.kind === 'list') return 'a list';
  return value.value === null ? 'nothing' : `'${String(value.value)}'`;
}
