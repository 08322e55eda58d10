/** Calls from `web` to `shop` as messages: one call an export, numbered, so that one that is lost or counted twice shows. */
import { callOf } from '../../cli/analyze-calls.ts';
import { encodeTraces } from '../otlp.ts';
import type { Message } from './cluster.ts';

export function callMessages(from: number, count: number, partitions = 1): Message[] {
  return Array.from({ length: count }, (_, i) => ({
    value: Buffer.from(encodeTraces(callOf(from + i, Date.now()))),
    partition: i % partitions,
  }));
}

export function callJson(n: number): string {
  return JSON.stringify(callOf(n, Date.now()));
}
