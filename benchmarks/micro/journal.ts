/**
 * Requests of the pipeline's workload through a journal on a disk, at a fixed rate: how long they wait for their
 * acknowledgement, what a span takes on the disk, and how fast all of it is recovered. What the same disk does at best,
 * with nothing but a write of a frame's size and a sync at a time, stands beside it.
 *
 *     node benchmarks/micro/journal.ts [DIRECTORY] [SPANS_A_SECOND] [SECONDS]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { systemClock } from '../../src/contract/clock.ts';
import type { Frame } from '../../src/contract/frame.ts';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { Identities } from '../../src/lib/identities.ts';
import { Plans } from '../../src/lib/plans.ts';
import { EVENT_LOOP } from '../../src/lib/turns.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { SpanNormalizer } from '../../src/normalize/spans.ts';
import { FileSystemDisk } from '../../src/storage/file-system-disk.ts';
import { FrameDecoder } from '../../src/storage/frames/decoder.ts';
import { FrameEncoder } from '../../src/storage/frames/encoder.ts';
import { Journal } from '../../src/storage/journal/journal.ts';
import { recoverJournal } from '../../src/storage/journal/recover.ts';
import { createStamp } from '../pipeline/stamp.ts';
import { createBodies, stampAll } from './bodies.ts';

const [where = tmpdir(), spansASecond = '50000', seconds = '10'] = process.argv.slice(2);
const DIRECTORY = 'journal';
const PROBES = 500;

const { monotonic } = EVENT_LOOP;
const root = mkdtempSync(join(where, 'tacit-journal-'));
const disk = new FileSystemDisk(root);
const { templates, spans } = createBodies('protobuf');

function createNames() {
  const identities = new Identities(100_000);
  const plans = new Plans();
  return { identities, plans, normalizer: new SpanNormalizer(identities, plans) };
}

async function probeDisk(bytes: number): Promise<number[]> {
  const file = disk.grow('probe');
  const write = promisify((at: number, done: (error: Error | null) => void) =>
    file.write(new Uint8Array(bytes), at, done),
  );
  const sync = promisify((done: (error: Error | null) => void) => file.sync(done));
  const times: number[] = [];
  for (let i = 0; i < PROBES; i++) {
    const began = monotonic();
    await write(i * bytes);
    await sync();
    times.push(monotonic() - began);
  }
  file.close();
  return times;
}

function recover(apply: (frame: Frame) => void) {
  const { identities, normalizer } = createNames();
  const decoder = new FrameDecoder({
    identities,
    planNumber: plan => normalizer.databases.planOf(plan),
    groupNumber: name => normalizer.messaging.groups.numberOf(name),
  });
  const from = { after: 0, stamp: 0, durable: 0, onCorruption: 'refuse' } as const;
  return recoverJournal({ path: DIRECTORY, disk, directory: DIRECTORY, decoder, ...from, apply, ...EVENT_LOOP });
}

/** Sends for so long; answers with how long each request waited. */
async function load(journal: Journal, normalizer: SpanNormalizer): Promise<number[]> {
  const view = createSpanView();
  const interval = (1000 * spans) / templates.length / Number(spansASecond);
  const waits: Promise<number>[] = [];
  const began = monotonic();
  const end = began + Number(seconds) * 1000;
  let ticked = began;
  for (let now = began; now < end; now = monotonic()) {
    for (; waits.length * interval < now - began; ) {
      if (waits.length % templates.length === 0) stampAll(templates, createStamp(1, waits.length, Date.now()));
      const { batch } = journal;
      decodeTraces(templates[waits.length % templates.length]!.bytes, view, {
        begin: () => batch.begin(),
        span: span => normalizer.add(span, batch, false),
        commit: () => ({ accepted: batch.end(), rejected: 0, message: '' }),
        abort() {},
      });
      const sent = monotonic();
      waits.push(journal.commit()!.then(() => monotonic() - sent));
    }
    if (now - ticked >= 100) {
      journal.tick();
      ticked = now;
    }
    await wait(1);
  }
  return Promise.all(waits);
}

function describeTimes(name: string, times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const [p50, p99, max] = [0.5, 0.99, 1].map(q => sorted[Math.ceil(q * sorted.length) - 1]!.toFixed(2));
  return `${name}: p50 ${p50} ms, p99 ${p99} ms, longest ${max} ms (${times.length})`;
}

try {
  const { identities, plans, normalizer } = createNames();
  const after = await recover(() => {});
  const encoder = new FrameEncoder({ identities, plans, groups: normalizer.messaging.groups.names });
  const options = { ...EVENT_LOOP, clock: systemClock, maxWaitingBytes: 64 << 20 };
  const journal = new Journal(options, () => {}, { disk, directory: DIRECTORY, encoder, after });
  const cpu = process.cpuUsage();
  const waits = await load(journal, normalizer);
  const { user, system } = process.cpuUsage(cpu);
  await journal.close();
  const { writtenBytes, syncs } = journal.counters!;
  const sent = (waits.length * spans) / templates.length;
  console.log(describeTimes('acknowledged', waits));
  console.log(describeTimes('the disk alone', await probeDisk(Math.ceil(writtenBytes / syncs))));
  console.log(`${(writtenBytes / sent).toFixed(1)} bytes a span, ${(sent / syncs).toFixed(0)} spans a sync`);
  console.log(`${((user + system) / sent).toFixed(2)} CPU s per million spans, decoding of requests included`);
  const began = monotonic();
  let rows = 0;
  const { bytes } = await recover(({ batch }) => {
    rows += batch?.rows ?? 0;
  });
  const took = monotonic() - began;
  console.log(`recovered ${rows} spans of ${(bytes / 1e6).toFixed(1)} MB in ${took.toFixed(0)} ms`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
