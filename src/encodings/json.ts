/** Reading parsed JSON of unknown shape: what has the wrong type is malformed, what is missing is absent. */
import { MalformedError } from './malformed.ts';

export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json | undefined;
}

const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: false });

export function parseJson(bytes: Uint8Array): Json {
  try {
    return JSON.parse(decoder.decode(bytes)) as Json;
  } catch (error) {
    throw new MalformedError('malformed_json', `malformed JSON: ${error instanceof Error ? error.message : error}`);
  }
}

export function asObject(value: Json, path: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new MalformedError('malformed_json', `${path}: expected an object, got ${describe(value)}`);
}

/** A field that may be absent or null: an object without fields then. */
export function optionalObject(value: Json | undefined, path: string): JsonObject {
  return value === undefined || value === null ? NOTHING : asObject(value, path);
}

const NOTHING: JsonObject = {};

/** A field under its lowerCamelCase name or, tolerated, another one. */
export function field(object: JsonObject, name: string, other: string): Json | undefined {
  return object[name] ?? object[other];
}

const NONE: Json[] = [];

export function array(object: JsonObject, name: string, other: string): Json[] {
  const value = object[name] ?? object[other];
  if (value === undefined || value === null) return NONE;
  if (Array.isArray(value)) return value;
  throw new MalformedError('malformed_json', `${name}: expected an array, got ${describe(value)}`);
}

/** A string; absent and null are the empty string. */
export function text(value: Json | undefined, path: string): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  throw new MalformedError('malformed_json', `${path}: expected a string, got ${describe(value)}`);
}

/** A number, or a string of one. */
export function number(value: Json, path: string): number {
  const n = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof n === 'number' && Number.isFinite(n)) return n;
  throw new MalformedError(
    'malformed_json',
    `${path}: expected a number or a string of digits, got ${describe(value)}`,
  );
}

function describe(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
