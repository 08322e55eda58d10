/**
 * An Avro schema as its registry has it, JSON → a tree of types to read bytes by. Logical types are their plain ones;
 * names are resolved, so a type may contain itself. Source: avro.apache.org/docs, "Specification".
 */
import type { Json, JsonObject } from '../json.ts';
import { MalformedError } from '../malformed.ts';

export type AvroType =
  | { readonly kind: 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string' }
  | { readonly kind: 'fixed'; readonly size: number }
  | { readonly kind: 'enum'; readonly symbols: readonly string[] }
  | { readonly kind: 'array' | 'map'; readonly items: AvroType }
  | { readonly kind: 'union'; readonly branches: readonly AvroType[] }
  | AvroRecord;

export interface AvroRecord {
  readonly kind: 'record';
  readonly fields: readonly AvroField[];
}

interface AvroField {
  readonly name: string;
  readonly type: AvroType;
}

const PLAIN = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;
const MAX_DEPTH = 100;

/** @param texts a schema, and before it those it refers to. @throws MalformedError */
export function parseAvroSchema(texts: readonly string[]): AvroType {
  const parser = new SchemaParser();
  let type: AvroType | undefined;
  for (const text of texts) type = parser.parse(parseText(text), '', 0);
  if (type === undefined) throw bad('there is none');
  return type;
}

function parseText(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // A plain type may stand without quotes.
    return text.trim();
  }
}

function bad(what: string): MalformedError {
  return new MalformedError('malformed_schema', `malformed Avro schema: ${what}`);
}

class SchemaParser {
  private readonly named = new Map<string, AvroType>();

  parse(json: Json, namespace: string, depth: number): AvroType {
    if (depth > MAX_DEPTH) throw bad('it nests too deep');
    if (typeof json === 'string') return this.byName(json, namespace);
    if (Array.isArray(json)) return { kind: 'union', branches: json.map(one => this.parse(one, namespace, depth + 1)) };
    if (typeof json !== 'object' || json === null) throw bad('a type is a name, an object or a list');
    return this.complex(json, namespace, depth);
  }

  private complex(json: JsonObject, namespace: string, depth: number): AvroType {
    const { type } = json;
    if (type === 'record' || type === 'error') return this.record(json, namespace, depth);
    if (type === 'enum') return this.name(json, namespace, { kind: 'enum', symbols: texts(json.symbols) });
    if (type === 'fixed') {
      if (typeof json.size !== 'number' || json.size < 0) throw bad('a fixed without a size');
      return this.name(json, namespace, { kind: 'fixed', size: json.size });
    }
    if (type === 'array') return { kind: type, items: this.parse(json.items ?? null, namespace, depth + 1) };
    if (type === 'map') return { kind: type, items: this.parse(json.values ?? null, namespace, depth + 1) };
    return this.parse(type ?? null, namespace, depth + 1);
  }

  private record(json: JsonObject, namespace: string, depth: number): AvroType {
    const fields: AvroField[] = [];
    // Known before its fields are: they may be of its type.
    this.name(json, namespace, { kind: 'record', fields });
    const inner = namespaceOf(json, namespace);
    for (const field of Array.isArray(json.fields) ? json.fields : []) {
      if (typeof field !== 'object' || field === null || Array.isArray(field) || typeof field.name !== 'string')
        throw bad('a field without a name');
      fields.push({ name: field.name, type: this.parse(field.type ?? null, inner, depth + 1) });
    }
    return this.byName(fullName(json, namespace), '');
  }

  private name(json: JsonObject, namespace: string, type: AvroType): AvroType {
    this.named.set(fullName(json, namespace), type);
    return type;
  }

  private byName(name: string, namespace: string): AvroType {
    const plain = PLAIN.find(kind => kind === name);
    if (plain !== undefined) return { kind: plain };
    const found = this.named.get(name.includes('.') || namespace === '' ? name : `${namespace}.${name}`);
    const type = found ?? this.named.get(name);
    if (type === undefined) throw bad(`nothing says what ${JSON.stringify(name.slice(0, 100))} is`);
    return type;
  }
}

function texts(json: Json | undefined): readonly string[] {
  return Array.isArray(json) ? json.map(String) : [];
}

function fullName(json: JsonObject, namespace: string): string {
  if (typeof json.name !== 'string') throw bad(`a ${String(json.type)} without a name`);
  if (json.name.includes('.')) return json.name;
  const own = typeof json.namespace === 'string' ? json.namespace : namespace;
  return own === '' ? json.name : `${own}.${json.name}`;
}

function namespaceOf(json: JsonObject, namespace: string): string {
  const name = fullName(json, namespace);
  return name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '';
}
