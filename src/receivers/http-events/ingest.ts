/**
 * The body of one request in, its answer out. What can be read of it is one group, taken whole; what cannot is said by
 * line and counted. Begin, decode and commit run in one turn; only the wait for the journal may be a promise.
 */
import type { Consumers } from '../../contract/component.ts';
import type { PushResult } from '../../contract/consumer.ts';
import type { RawRecord, RecordConsumer, RecordIdentity } from '../../contract/record.ts';
import { type Json, parseJson } from '../../encodings/json.ts';
import { MalformedError } from '../../encodings/malformed.ts';
import type { Admission } from '../listener/admission.ts';
import { type Answer, decline, errorToAnswer } from '../listener/answer.ts';
import type { RequestHead } from '../listener/http/exchange.ts';
import type { RequestLog } from '../listener/request-log.ts';
import { binaryRecord, debeziumHeaders, structuredRecord } from './cloud-event.ts';
import type { RecordCodec } from './codec.ts';
import { binaryAttributes, contentOf } from './content.ts';
import type { Counters } from './counters.ts';
import { eachDocument, eachListed } from './documents.ts';
import { pathOf, queryParameter } from './path.ts';
import type { LineError, ReportAnswer } from './respond.ts';

/** Errors that an answer tells; the others are counted. */
const MAX_ERRORS = 100;

export interface IngestOptions {
  readonly cluster: string;
  readonly topic: string;
  readonly identity: RecordIdentity;
}

interface Surroundings {
  readonly codec: RecordCodec;
  readonly counters: Counters;
  readonly admission: Admission;
  readonly log: RequestLog;
}

/** What was read of one request. */
interface Reading {
  readonly consumer: RecordConsumer;
  readonly identity: RecordIdentity;
  rejected: number;
  readonly errors: LineError[];
}

export class Ingest {
  options: IngestOptions;
  codec: RecordCodec;
  private readonly consumers: Consumers;
  private readonly counters: Counters;
  private readonly admission: Admission;
  private readonly log: RequestLog;

  constructor(options: IngestOptions, consumers: Consumers, { codec, counters, admission, log }: Surroundings) {
    this.options = options;
    this.consumers = consumers;
    this.codec = codec;
    this.counters = counters;
    this.admission = admission;
    this.log = log;
  }

  get isTaken(): boolean {
    return this.consumers.records !== undefined;
  }

  /** The answer to a request that would not be taken now; undefined: go on. */
  refusal(bodyIsRead: boolean): Answer | undefined {
    const late = this.admission.check(bodyIsRead);
    if (late !== undefined) return late;
    try {
      this.consumers.records?.admit?.();
      return undefined;
    } catch (error) {
      return this.fail(error);
    }
  }

  /** Never throws and never rejects. */
  take(head: RequestHead, bytes: Uint8Array): Answer | Promise<Answer> {
    const { records: consumer } = this.consumers;
    if (consumer === undefined) return decline('not_found', 'no events pipeline lists this receiver');
    const late = this.admission.check(true);
    if (late !== undefined) return late;
    try {
      consumer.begin();
    } catch (error) {
      return this.fail(error);
    }
    const reading: Reading = { consumer, identity: this.options.identity, rejected: 0, errors: [] };
    try {
      const accepted = this.read(head, bytes, reading);
      if (accepted === 0 && reading.rejected > 0) return this.nothing(reading);
    } catch (error) {
      consumer.abort(error instanceof MalformedError ? error.reason : 'failed');
      return this.fail(error);
    }
    return this.commit(reading);
  }

  private commit(reading: Reading): Answer | Promise<Answer> {
    try {
      const result = reading.consumer.commit();
      if (!(result instanceof Promise)) return this.report(result, reading);
      return result.then(
        done => this.report(done, reading),
        error => this.fail(error),
      );
    } catch (error) {
      return this.fail(error);
    }
  }

  /** Answers for a body that could not be read, under a snake_case reason. */
  malformed(reason: string, message: string): Answer {
    this.counters.malformed(reason);
    return decline('malformed', message);
  }

  /** Returns the number of records handed on. Throws a `MalformedError` where there is no telling lines apart. */
  private read(head: RequestHead, bytes: Uint8Array, reading: Reading): number {
    const topic = queryParameter(head.url, 'topic') || this.options.topic;
    const origin = { cluster: this.options.cluster, topic, headers: head.headers };
    let accepted = 0;
    const take = (line: number, toRecord: () => RawRecord) => {
      if (this.push(line, toRecord, reading)) accepted++;
    };
    const content = contentOf(pathOf(head.url), head.headers);
    if (content === 'binary') {
      take(1, () => binaryRecord(binaryAttributes(head.headers), dataOf(head, bytes), origin));
    } else if (content === 'structured') {
      take(1, () => structuredRecord(bytes, origin));
    } else if (content === 'batch') {
      eachListed(bytes, (item, event) => take(item, () => structuredRecord(documentOf(event), origin)));
    } else {
      eachDocument(bytes, (line, document) => take(line, () => this.lineRecord(documentOf(document), head, topic)));
    }
    return accepted;
  }

  private lineRecord(document: Uint8Array, { headers }: RequestHead, topic: string): RawRecord {
    const record = this.codec.read(document, topic);
    const own = debeziumHeaders(headers);
    const cluster = record.cluster === '' ? this.options.cluster : record.cluster;
    return { ...record, cluster, headers: own.length === 0 ? record.headers : [...record.headers, ...own] };
  }

  private push(line: number, toRecord: () => RawRecord, reading: Reading): boolean {
    const { consumer, identity, errors } = reading;
    try {
      const view = this.codec.decode(toRecord());
      consumer.record(view, identity);
      return true;
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.counters.malformed(error.reason);
      reading.rejected++;
      if (errors.length < MAX_ERRORS) errors.push({ line, reason: error.message });
      return false;
    }
  }

  /** Not one record could be read: the sender is to know, though not to come again. */
  private nothing(reading: Reading): Answer {
    const { consumer, rejected, errors } = reading;
    consumer.abort('no_record');
    const [first] = errors;
    const message =
      rejected === 1 ? first!.reason : `none of ${rejected} records can be read; the first: ${first!.reason}`;
    this.counters.records(0, rejected);
    const report = { accepted: 0, rejected, errors };
    const answer: ReportAnswer = { ...decline('malformed', message), report };
    return answer;
  }

  private report({ accepted, rejected, message }: PushResult, reading: Reading): Answer {
    reading.rejected += rejected;
    return this.reportAnswer(accepted, reading, message);
  }

  private reportAnswer(accepted: number, { rejected, errors }: Reading, reason: string): ReportAnswer {
    this.counters.records(accepted, rejected);
    const message = reason === '' && errors.length > 0 ? `line ${errors[0]!.line}: ${errors[0]!.reason}` : reason;
    return {
      outcome: rejected > 0 ? 'partial' : 'accepted',
      rejected,
      message,
      retryAfterSeconds: 0,
      report: { accepted, rejected, errors },
    };
  }

  private fail(error: unknown): Answer {
    if (error instanceof MalformedError) return this.malformed(error.reason, error.message);
    const answer = errorToAnswer(error);
    if (answer.outcome === 'failed') this.log.failed(error);
    return answer;
  }
}

function documentOf(document: Uint8Array | MalformedError): Uint8Array {
  if (document instanceof MalformedError) throw document;
  return document;
}

/** The data of an event in binary mode, where it is JSON. */
function dataOf({ headers }: RequestHead, bytes: Uint8Array): Json | undefined {
  const type = headers['content-type'] ?? '';
  return bytes.length > 0 && /^[^;]*\bjson\b/.test(type) ? parseJson(bytes) : undefined;
}
