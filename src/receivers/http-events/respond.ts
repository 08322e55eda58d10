/** Answers to requests of records: what was taken and what was not, or a problem (RFC 9457). */
import type { OutgoingHttpHeaders } from 'node:http';
import { type Answer, OUTCOMES, type Outcome } from '../listener/answer.ts';
import type { Exchange } from '../listener/http/exchange.ts';
import { isRestReadable, outcomeHeaders } from '../listener/http/outcome-headers.ts';
import type { LastWord } from '../listener/http/service.ts';

/** A line, or of a list an item, that was not taken. */
export interface LineError {
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

export interface Report {
  readonly accepted: number;
  readonly rejected: number;
  /** The first of them. */
  readonly errors: readonly LineError[];
}

/** An answer that says what became of each record. */
export interface ReportAnswer extends Answer {
  readonly report: Report;
}

const PROBLEM_TYPE = 'application/problem+json';

export function respond(exchange: Exchange, answer: Answer | ReportAnswer, closing: boolean): void {
  const { http } = OUTCOMES[answer.outcome];
  const body = Buffer.from(bodyOf(answer));
  const lingers = !exchange.complete && !isRestReadable(exchange);
  const headers: OutgoingHttpHeaders = {
    'Content-Type': http === 200 ? 'application/json' : PROBLEM_TYPE,
    'Content-Length': body.length,
    ...outcomeHeaders(answer),
  };
  exchange.outlet.send(http, headers, body, closing || lingers, lingers);
}

export function lastWord(answer: Answer): LastWord {
  return { contentType: PROBLEM_TYPE, text: bodyOf(answer) };
}

function bodyOf(answer: Answer | ReportAnswer): string {
  const report = 'report' in answer ? answer.report : undefined;
  const { outcome, message } = answer;
  const status = OUTCOMES[outcome].http;
  if (status === 200) return JSON.stringify(report);
  const problem = { type: `urn:tacit:problem:${outcome.replace('_', '-')}`, title: TITLES[outcome], status };
  return JSON.stringify({ ...problem, detail: message, ...report });
}

const TITLES: Readonly<Record<Outcome, string>> = {
  accepted: '',
  partial: '',
  malformed: 'Malformed body',
  rejected: 'Rejected',
  unauthenticated: 'Token missing or unknown',
  forbidden: 'Token does not allow this',
  not_found: 'Not found',
  wrong_method: 'Method not allowed',
  timed_out: 'Too slow',
  too_large: 'Body too large',
  unsupported: 'Unsupported content',
  failed: 'Internal error',
  refused: 'Not now',
  aborted: '',
};
