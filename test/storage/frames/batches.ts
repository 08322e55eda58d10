/** Batches as normalize makes them, tables of names, and what a batch says whatever the numbers are. */
import {
  GROUP,
  hasPlan,
  LINK_TOPIC,
  LINK_WORDS,
  ObservationBatch,
  PEER,
  POSITION_WORDS,
  ROW_WORDS,
  SERVICE,
  SHAPE,
  TARGET,
} from '../../../src/contract/observation.ts';
import {
  CHANGE_TABLE,
  CHANGE_WORDS,
  RECORD_ORIGIN,
  RECORD_PRODUCER,
  RECORD_TOPIC,
  RECORD_WORDS,
} from '../../../src/contract/record-rows.ts';
import type { SpanView } from '../../../src/contract/span-view.ts';
import { decodeLogs } from '../../../src/encodings/otlp/logs.ts';
import { decodeTraces } from '../../../src/encodings/otlp/traces.ts';
import { Identities, isUnnamed } from '../../../src/lib/identities.ts';
import { Plans } from '../../../src/lib/plans.ts';
import { createSpanView } from '../../../src/normalize/conventions/slots.ts';
import { SpanNormalizer } from '../../../src/normalize/spans.ts';
import { FrameDecoder } from '../../../src/storage/frames/decoder.ts';
import { FrameEncoder } from '../../../src/storage/frames/encoder.ts';
import { encodeLogs, encodeTraces } from '../../kits/otlp.ts';

/** The tables of one process. */
export class Tables {
  readonly identities: Identities;
  readonly plans = new Plans();
  readonly normalizer: SpanNormalizer;

  constructor(limit = 1_000_000) {
    this.identities = new Identities(limit);
    this.normalizer = new SpanNormalizer(this.identities, this.plans);
  }

  get groups(): readonly string[] {
    return this.normalizer.messaging.groups.names;
  }

  encoder(): FrameEncoder {
    return new FrameEncoder(this);
  }

  decoder(): FrameDecoder {
    const { identities, normalizer } = this;
    return new FrameDecoder({
      identities,
      planNumber: plan => normalizer.databases.planOf(plan),
      groupNumber: name => normalizer.messaging.groups.numberOf(name),
    });
  }

  /** One batch of these requests, of spans or logs, in the shape of OTLP JSON. */
  batchOf(requests: readonly object[]): ObservationBatch {
    const batch = new ObservationBatch();
    const view = createSpanView();
    for (const request of requests) {
      batch.begin();
      const consumer = {
        begin() {},
        span: (span: SpanView) => this.normalizer.add(span, batch, false),
        log: (log: SpanView) => {
          batch.logs++;
          this.normalizer.addLog(log, batch);
        },
        commit: () => ({ accepted: 0, rejected: 0, message: '' }),
        abort() {},
      };
      if ('resourceLogs' in request) decodeLogs(encodeLogs(request), view, consumer);
      else decodeTraces(encodeTraces(request), view, consumer);
      batch.end();
    }
    return batch;
  }

  /** Tables whose numbers are others than those of tables that met other names. */
  static withOthers(): Tables {
    const tables = new Tables();
    for (const name of ['one', 'two', 'three']) {
      tables.identities.intern(0, '', ['', name]);
      tables.normalizer.messaging.groups.numberOf(name);
      const target = { environment: '', system: name, instance: '', database: '' };
      tables.plans.intern({ target, tables: [], effects: [], skipReason: name, gap: '', overflow: false });
    }
    return tables;
  }
}

/** Everything a batch says, word for word, with names in the place of numbers. */
export function saysWhat(batch: ObservationBatch, tables: Tables): object {
  const { identities, plans, groups } = tables;
  const identity = (number: number) =>
    number === 0 ? '' : isUnnamed(number) ? `unnamed ${number}` : identities.get(number).id;
  const group = (number: number | undefined) => (number === undefined ? undefined : groups[number]);
  const plan = (number: number) => {
    if (number === 0) return 0;
    const { effects, ...rest } = plans.get(number);
    return { ...rest, effects: effects.map(one => ({ ...one, node: identity(one.node), group: group(one.group) })) };
  };
  const rows = slices(batch.words, batch.rows, ROW_WORDS).map(row => {
    const own: unknown[] = row.slice(0, 20);
    own[SERVICE] = identity(row[SERVICE]!);
    own[TARGET] = hasPlan(row[SHAPE]!) ? plan(row[TARGET]!) : identity(row[TARGET]!);
    own[PEER] = identity(row[PEER]!);
    own[GROUP] = group(row[GROUP]!);
    return own;
  });
  const links = slices(batch.linkWords, batch.links, LINK_WORDS).map(link =>
    link.map((word, i) => (i === LINK_TOPIC ? identity(word) : word)),
  );
  const { recordRows } = batch;
  const named = (row: number[], names: readonly number[]) =>
    row.map((word, i) => (names.includes(i) ? identity(word) : word));
  return {
    rows,
    links,
    records: slices(recordRows.words, recordRows.records, RECORD_WORDS).map(row =>
      named(row, [RECORD_TOPIC, RECORD_PRODUCER, RECORD_ORIGIN]),
    ),
    changes: slices(recordRows.changeWords, recordRows.changes, CHANGE_WORDS).map(row => named(row, [CHANGE_TABLE])),
    progress: recordRows.progress,
    // Without any the whole batch was.
    isPushed: recordRows.isPushed || recordRows.isEmpty,
    positions: slices(batch.positionWords, batch.positions, POSITION_WORDS),
    logs: batch.logs,
    refused: [...batch.refused].map(([service, reasons]) => [identity(service), [...reasons]]),
  };
}

function slices(words: Int32Array, count: number, width: number): number[][] {
  return Array.from({ length: count }, (_, i) => [...words.subarray(i * width, (i + 1) * width)]);
}
