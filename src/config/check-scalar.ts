/** One scalar against its schema: type, choice, unit, bounds. */
import { parseEndpoint } from '../lib/listen/endpoint.ts';
import { parseDuration, parseSize } from '../lib/units.ts';
import type { CheckContext } from './check-value.ts';
import type { LocatedScalar, ScalarValue } from './located.ts';
import { boundsOf, type OptionBranch, quoteList, typeName, unitOf } from './schema-words.ts';

/** The value, or undefined after a problem. */
export function checkScalar(
  schema: OptionBranch,
  scalar: LocatedScalar,
  context: CheckContext,
): ScalarValue | undefined {
  const value = asText(schema, scalar);
  const wrong = findWrongEndpoint(value, context) ?? findWrong(schema, value);
  if (wrong === undefined) return value;
  context.problems.error(context.at, context.path, wrong);
  return undefined;
}

/**
 * A variable's text stays a text where one is wanted, whatever it looks like (`00123`, `true`); a bare number is the
 * text of a duration or size, whose parser then says whether it may lack a unit, or of a choice such as `1.2`.
 */
function asText(schema: OptionBranch, scalar: LocatedScalar): ScalarValue {
  const { value } = scalar;
  if (typeof value === 'number' && schema.enum?.includes(String(value)) === true) return String(value);
  if (schema.type !== 'string') return value;
  if (scalar.expanded !== undefined) return scalar.expanded;
  const unit = unitOf(schema);
  return typeof value === 'number' && (unit === 'duration' || unit === 'size') ? String(value) : value;
}

function findWrong(schema: OptionBranch, value: ScalarValue): string | undefined {
  const shown = schema.writeOnly === true ? 'the value' : `'${String(value)}'`;
  if (schema.const !== undefined) return value === schema.const ? undefined : `${shown} is not '${schema.const}'`;
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    return `${shown} is none of the allowed values; write ${quoteList(schema.enum.map(String))}`;
  }
  if (!isOfType(schema, value)) return `${shown} is of the wrong type; write ${typeName(schema)}`;
  if (typeof value === 'number') return findWrongNumber(schema, value);
  return typeof value === 'string' ? findWrongText(schema, value, shown) : undefined;
}

function isOfType(schema: OptionBranch, value: ScalarValue): boolean {
  switch (schema.type) {
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'null':
      return value === null;
    case undefined:
      return true;
    default:
      return typeof value === schema.type;
  }
}

function findWrongNumber(schema: OptionBranch, value: number): string | undefined {
  const low = value < (schema.minimum ?? -Infinity) || value <= (schema.exclusiveMinimum ?? -Infinity);
  const high = value > (schema.maximum ?? Infinity) || value >= (schema.exclusiveMaximum ?? Infinity);
  return low || high ? `${value} is out of range; it must be ${boundsOf(schema)}` : undefined;
}

function findWrongText(schema: OptionBranch, value: string, shown: string): string | undefined {
  if (value === '' && (schema.writeOnly === true || (schema.minLength ?? 0) > 0)) return 'is empty; give it a value';
  switch (unitOf(schema)) {
    case 'duration':
      return findWrongAmount(schema, value, parseDuration);
    case 'size':
      return findWrongAmount(schema, value, parseSize);
    case undefined:
      break;
  }
  if (schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value)) return undefined;
  return `${shown} has the wrong form; it must match ${schema.pattern}`;
}

/** Sections whose components listen. */
const LISTENING: readonly (string | number | undefined)[] = ['receivers', 'extensions'];

/** By convention an option of theirs called `endpoint` is an address, whatever else its definition says. */
function findWrongEndpoint(value: ScalarValue, context: CheckContext): string | undefined {
  if (!LISTENING.includes(context.path[0]) || context.path.at(-1) !== 'endpoint' || typeof value !== 'string')
    return undefined;
  try {
    parseEndpoint(value);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function findWrongAmount(schema: OptionBranch, value: string, parse: (text: string) => number): string | undefined {
  let amount: number;
  try {
    amount = parse(value);
  } catch (error) {
    return (error as Error).message;
  }
  const { 'x-minimum': minimum, 'x-maximum': maximum } = schema;
  const low = minimum !== undefined && amount < parse(minimum);
  const high = maximum !== undefined && amount > parse(maximum);
  return low || high ? `${value} is out of range; it must be ${boundsOf(schema)}` : undefined;
}
