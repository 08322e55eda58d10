/**
 * An Avro value → the JSON that reads as it would have come in JSON, for the readers of that: of fields that none of them
 * wants only the name, and a hash in the place of the value. Numbers keep all their digits.
 */
import { hashBytes, viewOf } from '../../lib/bytes.ts';
import type { JsonShape, WantedNames } from '../json-shape.ts';
import { AvroBytes } from './bytes.ts';
import type { AvroRecord, AvroType } from './schema.ts';

const MAX_DEPTH = 100;

/** @throws MalformedError where the bytes are none of that type, or more than it. */
export function avroToJson(type: AvroType, bytes: Buffer, start: number, shape: JsonShape): Buffer {
  const reader = new AvroReader(bytes, start);
  const json = reader.write(type, shape.root, 0);
  if (reader.at < bytes.length) throw reader.malformed('something follows the value');
  return Buffer.from(json);
}

class AvroReader extends AvroBytes {
  /** @param wanted names inside this value that somebody reads. */
  write(type: AvroType, wanted: WantedNames | undefined, depth: number): string {
    if (depth > MAX_DEPTH) throw this.malformed('values nest too deep');
    switch (type.kind) {
      case 'record':
        return this.record(type, wanted, depth);
      case 'union':
        return this.write(this.branch(type.branches), wanted, depth + 1);
      case 'null':
        return 'null';
      case 'boolean':
        return this.byte() === 0 ? 'false' : 'true';
      case 'int':
      case 'long':
        return this.long().toString();
      case 'string': {
        const start = this.block();
        return JSON.stringify(this.bytes.toString('utf8', start, this.at));
      }
      case 'bytes': {
        const start = this.block();
        return JSON.stringify(this.bytes.toString('base64', start, this.at));
      }
      case 'enum':
        return JSON.stringify(type.symbols[this.count()] ?? '');
      case 'array': {
        this.skip(type, depth);
        return '[]';
      }
      default: {
        this.skip(type, depth);
        return '0';
      }
    }
  }

  private record(type: AvroRecord, wanted: WantedNames | undefined, depth: number): string {
    let json = '{';
    for (const field of type.fields) {
      const name = Buffer.from(field.name);
      const entry = wanted === undefined ? -1 : wanted.find(name, 0, name.length);
      const value =
        entry < 0 ? this.hashed(field.type, depth + 1) : this.write(field.type, wanted!.inner[entry], depth + 1);
      json += `${json === '{' ? '' : ','}${JSON.stringify(field.name)}:${value}`;
    }
    return `${json}}`;
  }

  private hashed(type: AvroType, depth: number): string {
    const start = this.at;
    this.skip(type, depth);
    return String(hashBytes(viewOf(this.bytes), start, this.at));
  }

  private branch(branches: readonly AvroType[]): AvroType {
    const branch = branches[this.count()];
    if (branch === undefined) throw this.malformed('a union has no such branch');
    return branch;
  }

  private skip(type: AvroType, depth: number): void {
    if (depth > MAX_DEPTH) throw this.malformed('values nest too deep');
    switch (type.kind) {
      case 'null':
        return;
      case 'boolean':
        this.pass(1);
        return;
      case 'int':
      case 'long':
      case 'enum':
        this.count();
        return;
      case 'float':
        this.pass(4);
        return;
      case 'double':
        this.pass(8);
        return;
      case 'fixed':
        this.pass(type.size);
        return;
      case 'string':
      case 'bytes':
        this.block();
        return;
      case 'union':
        this.skip(this.branch(type.branches), depth + 1);
        return;
      case 'record':
        for (const field of type.fields) this.skip(field.type, depth + 1);
        return;
      case 'array':
      case 'map':
        this.skipBlocks(type.items, type.kind === 'map', depth);
    }
  }

  /** Blocks of items, each with its count; a negative one has its size in bytes behind it. */
  private skipBlocks(items: AvroType, isMap: boolean, depth: number): void {
    for (let count = this.count(); count !== 0; count = this.count()) {
      if (count < 0) {
        this.pass(this.count());
        continue;
      }
      const start = this.at;
      for (let i = 0; i < count; i++) {
        if (isMap) this.block();
        this.skip(items, depth + 1);
        // Items without bytes: a count of any size would cost nothing to write.
        if (this.at === start) break;
      }
    }
  }
}
