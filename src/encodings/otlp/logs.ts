/** OTLP logs, counted: how many records a request holds. Malformed requests throw a `MalformedError`. */
import { viewOf } from '../../lib/bytes.ts';
import { array, asObject, type Json, parseJson } from '../json.ts';
import { WireReader } from './wire.ts';

const reader = new WireReader();

export function countLogs(bytes: Uint8Array): number {
  reader.data = viewOf(bytes);
  reader.pos = 0;
  return countIn(bytes.length, 0);
}

/** Field numbers of ResourceLogs in the request, ScopeLogs in it, LogRecords in that: tag bytes by depth. */
const TAGS = [0x0a, 0x12, 0x12];

function countIn(limit: number, depth: number): number {
  let count = 0;
  while (reader.pos < limit) {
    const tag = reader.uint32(limit);
    if (tag !== TAGS[depth]) {
      reader.skip(tag, limit);
      continue;
    }
    const end = reader.bytesEnd(limit);
    if (depth === 2) {
      checkRecord(end);
      count++;
    } else count += countIn(end, depth + 1);
  }
  return count;
}

function checkRecord(end: number): void {
  while (reader.pos < end) reader.skip(reader.uint32(end), end);
}

export function countLogsJson(bytes: Uint8Array): number {
  return countLogsValue(parseJson(bytes));
}

/** As `countLogsJson`, of a document that was parsed. */
export function countLogsValue(request: Json): number {
  let count = 0;
  for (const resourceLogs of array(asObject(request, '$'), 'resourceLogs', 'resource_logs')) {
    for (const scopeLogs of array(asObject(resourceLogs, 'resourceLogs'), 'scopeLogs', 'scope_logs')) {
      count += array(asObject(scopeLogs, 'scopeLogs'), 'logRecords', 'log_records').length;
    }
  }
  return count;
}
