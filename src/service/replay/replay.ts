/** `replay`: recorded inputs → a running service, or Kafka, with the time distances they were recorded with. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplayArguments } from '../../cli/application.ts';
import { EXIT_DATA_TROUBLE, EXIT_DONE, EXIT_UNREACHABLE, type Io } from '../../cli/command.ts';
import { RecordDecoder, readRecordDocument } from '../../encodings/records/document.ts';
import { checkInputs, type Input } from '../analyze/inputs.ts';
import { createProgress, type Progress } from '../analyze/progress.ts';
import { Report } from '../analyze/report.ts';
import { HttpTarget, UnreachableError } from './http-target.ts';
import { ItemStream, mergeByTime } from './item-stream.ts';
import { Pace } from './pace.ts';
import { eventsTarget, kafkaTarget, type RecordTarget, Targets } from './targets.ts';

/** Shorter waits are left out. */
const SHORTEST_WAIT_MS = 5;
/** Refusals that are shown; the rest is counted. */
const SHOWN = 20;

export async function replay(args: ReplayArguments, io: Io): Promise<number> {
  const { inputs, problems } = await checkInputs(args.inputs, io.stdin);
  for (const problem of problems) io.stderr.write(`${problem}\n`);
  if (problems.length > 0) return EXIT_DATA_TROUBLE;
  try {
    return await send(inputs, args, io);
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    io.stderr.write(`${error.message}\n`);
    return EXIT_UNREACHABLE;
  }
}

async function send(inputs: readonly Input[], args: ReplayArguments, { stderr, env }: Io): Promise<number> {
  const total = inputs.reduce((sum, { size }) => sum + (size ?? Number.NaN), 0);
  const bar = createProgress({ stream: stderr, total, now: () => performance.now() });
  const write = (text: string) => {
    bar.clear();
    stderr.write(text);
  };
  let refusals = 0;
  const records = await recordTarget(args, env.TACIT_TOKEN);
  const targets = new Targets(new HttpTarget(args.otlp, env.TACIT_TOKEN), records, problem => {
    if (++refusals <= SHOWN) write(`not taken: ${problem}\n`);
  });
  const reports = inputs.map(() => new Report(write, false));
  try {
    await sendAll(streamsOf(inputs, reports, targets, bar), targets, new Pace(args.speed, () => performance.now()));
  } finally {
    bar.clear();
    await records.close();
  }
  const { requests, records: sent, refused } = targets.counts;
  const not = refused === 0 ? '' : `, ${refused} not taken`;
  write(`sent ${requests} requests of spans and log records, ${sent} records${not}\n`);
  const broken = reports.reduce((sum, report) => sum + report.problems, 0);
  return broken + refused > 0 ? EXIT_DATA_TROUBLE : EXIT_DONE;
}

function streamsOf(inputs: readonly Input[], reports: readonly Report[], targets: Targets, bar: Progress) {
  const decoder = new RecordDecoder();
  const onRead = (bytes: number) => bar.advance(bytes, targets.counts.requests + targets.counts.records);
  return inputs.map((input, i) => new ItemStream(input, reports[i]!, decoder, onRead));
}

async function sendAll(streams: readonly ItemStream[], targets: Targets, pace: Pace): Promise<void> {
  for await (const item of mergeByTime(streams)) {
    const waitMs = pace.waitMs(item.timeMs);
    if (waitMs >= SHORTEST_WAIT_MS) {
      await targets.flush();
      await sleep(waitMs);
    }
    await targets.send(item);
  }
  await targets.flush();
}

async function recordTarget(
  { kafka, events, topic }: ReplayArguments,
  token: string | undefined,
): Promise<RecordTarget> {
  if (kafka.length === 0) return eventsTarget(new HttpTarget(events, token), topic);
  const { armTimersOnlyForWaiting } = await import('../../receivers/kafka/kafkajs/timers.ts');
  const { connectReplayProducer } = await import('../../exporters/kafka/replay-producer.ts');
  armTimersOnlyForWaiting();
  const producer = await connectReplayProducer(kafka).catch((error: Error) => {
    throw new UnreachableError(`Kafka at ${kafka.join(', ')} cannot be reached: ${error.message}`);
  });
  return kafkaTarget(producer, document => readRecordDocument(document, topic));
}
