/**
 * Headers in their order → the span that a record comes from, or the service that its header names. Several formats may
 * stand side by side: the first that is valid counts, and of headers of one name the last.
 */
import type { SpanContext } from '../../contract/record.ts';
import {
  readAmazon,
  readB3,
  readB3Ids,
  readDatadog,
  readElasticBinary,
  readJaeger,
  readSkyWalkingService,
  readTraceparent,
} from './trace-context.ts';

/** In lower case: producers write them in any. */
const CONTEXT_HEADERS = [
  'traceparent',
  'ce_traceparent',
  'elastic-apm-traceparent',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'uber-trace-id',
  'x-datadog-trace-id',
  'x-datadog-parent-id',
  'x-datadog-tags',
  'elasticapmtraceparent',
  'x-amzn-trace-id',
  'awstraceheader',
  'sw8',
] as const;

type ContextHeader = (typeof CONTEXT_HEADERS)[number];

export function isContextHeader(name: string): name is ContextHeader {
  return (CONTEXT_HEADERS as readonly string[]).includes(name);
}

/** In their priority. */
const READERS: readonly ((texts: ReadonlyMap<ContextHeader, string>) => SpanContext | undefined)[] = [
  one('traceparent', readTraceparent),
  one('ce_traceparent', readTraceparent),
  one('elastic-apm-traceparent', readTraceparent),
  one('b3', readB3),
  texts => readB3Ids(texts.get('x-b3-traceid') ?? '', texts.get('x-b3-spanid') ?? ''),
  one('uber-trace-id', readJaeger),
  texts =>
    readDatadog(
      texts.get('x-datadog-trace-id') ?? '',
      texts.get('x-datadog-parent-id') ?? '',
      texts.get('x-datadog-tags') ?? '',
    ),
  one('elasticapmtraceparent', readElasticBinary),
  one('x-amzn-trace-id', readAmazon),
  one('awstraceheader', readAmazon),
];

function one(name: ContextHeader, read: (text: string) => SpanContext | undefined) {
  return (texts: ReadonlyMap<ContextHeader, string>) => {
    const text = texts.get(name);
    return text === undefined ? undefined : read(text);
  };
}

/** The context headers of one record. */
export class ContextHeaders {
  private readonly texts = new Map<ContextHeader, string>();

  clear(): void {
    if (this.texts.size > 0) this.texts.clear();
  }

  /** @param text one byte to a character. */
  set(name: ContextHeader, text: string): void {
    this.texts.set(name, text);
  }

  context(): SpanContext | undefined {
    if (this.texts.size === 0) return undefined;
    for (const read of READERS) {
      const context = read(this.texts);
      if (context !== undefined) return context;
    }
    return undefined;
  }

  /** Only where no header has a context: a producer with a span is known by that. */
  service(): string {
    const text = this.texts.get('sw8');
    return text === undefined ? '' : readSkyWalkingService(text);
  }
}
