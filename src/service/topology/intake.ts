/** Requests → the journal's open batch: spans and records as observations, whole or not at all. */
import type { SpanSink } from '../../contract/component.ts';
import type { LogConsumer, PushResult } from '../../contract/consumer.ts';
import { type Refusals, refusalsByReason } from '../../contract/observation.ts';
import type { Progress, RecordConsumer } from '../../contract/record.ts';
import type { SpanView } from '../../contract/span-view.ts';
import type { RecordNormalizer } from '../../normalize/records.ts';
import type { SpanNormalizer } from '../../normalize/spans.ts';
import type { Journal } from '../../storage/journal/journal.ts';

interface Parts {
  readonly normalizer: SpanNormalizer;
  readonly recordNormalizer: RecordNormalizer;
  /** The one in use; read anew for each request. */
  readonly journal: Journal;
  /** A request was malformed, and is not taken in. */
  countMalformed(reason: string): void;
}

export function spanSink(parts: Parts): SpanSink {
  const { normalizer } = parts;
  return {
    admit: () => parts.journal.admit(),
    begin: () => {
      parts.journal.admit();
      parts.journal.batch.begin();
    },
    knowsResource: (view: SpanView) => normalizer.knowsResource(view),
    span: (view: SpanView) => normalizer.add(view, parts.journal.batch, false),
    filtered: (view: SpanView) => normalizer.add(view, parts.journal.batch, true),
    progress: at => addProgress(at, parts),
    commit: sender => {
      const { batch } = parts.journal;
      const accepted = batch.end();
      const result = batch.refusing.size === 0 ? taken(accepted) : partlyTaken(accepted, batch.refusing);
      return whenDurable(result, parts, sender);
    },
    abort: reason => {
      parts.journal.batch.rollback();
      parts.countMalformed(reason);
    },
  };
}

export function logSink(parts: Parts): LogConsumer {
  const { normalizer } = parts;
  return {
    admit: () => parts.journal.admit(),
    begin: () => {
      parts.journal.admit();
      parts.journal.batch.begin();
    },
    knowsResource: (view: SpanView) => normalizer.knowsResource(view),
    log: (view: SpanView) => {
      const { batch } = parts.journal;
      batch.logs++;
      normalizer.addLog(view, batch);
    },
    progress: at => addProgress(at, parts),
    commit: sender => {
      const { batch } = parts.journal;
      const accepted = batch.logsTaken;
      batch.end();
      return whenDurable(taken(accepted), parts, sender);
    },
    abort: reason => {
      parts.journal.batch.rollback();
      parts.countMalformed(reason);
    },
  };
}

export function recordSink(parts: Parts): RecordConsumer {
  return {
    admit: () => parts.journal.admit(),
    begin: () => {
      parts.journal.admit();
      parts.journal.batch.begin();
    },
    record: (view, identity) => parts.recordNormalizer.add(view, identity, parts.journal.batch),
    progress: at => addProgress(at, parts),
    commit: () => {
      const { batch } = parts.journal;
      batch.end();
      return whenDurable(taken(batch.recordRows.taken), parts);
    },
    abort: reason => {
      parts.journal.batch.rollback();
      parts.countMalformed(reason);
    },
  };
}

/** A copy: the receiver may use its own again. */
function addProgress(at: Progress, { journal }: Parts): void {
  journal.batch.recordRows.progress.push({ ...at });
}

function whenDurable(result: PushResult, { journal }: Parts, sender?: object): PushResult | Promise<PushResult> {
  return journal.commit(sender)?.then(() => result) ?? result;
}

function taken(accepted: number): PushResult {
  return { accepted, rejected: 0, message: '' };
}

function partlyTaken(accepted: number, refused: Refusals): PushResult {
  const reasons = [...refusalsByReason(refused)];
  const rejected = reasons.reduce((sum, [, count]) => sum + count, 0);
  const told = reasons.map(([reason, count]) => `${count} × ${reason}`).join(', ');
  return { accepted, rejected, message: `spans refused: ${told}` };
}
