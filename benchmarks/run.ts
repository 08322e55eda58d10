/** `npm run bench`: the whole program under load, on one core, held against the truth. */
import { parseArgs } from 'node:util';
import { collectorCommand } from './pipeline/collector-peer.ts';
import { RunError } from './pipeline/errors.ts';
import type { RunOptions } from './pipeline/measure.ts';
import { durationMs, LOAD_ARGUMENTS, LOAD_USAGE, number, readLoadOptions } from './pipeline/options.ts';
import { canPin } from './pipeline/pinning.ts';
import { canMeasure } from './pipeline/process-usage.ts';
import { formatNotes, formatTable, saveResult } from './pipeline/report.ts';
import { type Contender, compareMedians, runRounds } from './pipeline/run.ts';
import { runCommand } from './pipeline/run-command.ts';
import { roomFor } from './pipeline/subscribers.ts';
import { TACIT_COMMAND } from './pipeline/target.ts';

const USAGE = `npm run bench -- [options]
${LOAD_USAGE}
  --tacit CMD               starts tacit; {http} {grpc} {api} become free ports, {tmp} an empty directory
                            (this checkout; ports without a place in CMD are 4318, 4317 and 8484)
  --set KEY=VALUE           passed on to tacit
  --peer CMD                another program with OTLP on 4317 and 4318 (or {grpc}, {http}), measured by turns
  --collector               the Collector with its service_graph connector as the peer; builds it (needs Go)
  --rounds N                runs of each (1)
  --settle 60s              longest wait after the load until nothing is pending (60s); a peer always gets 15s
  --visibility              also measure how soon a new edge shows in /v1/graph
  --hearing                 also measure how soon the stream of changes tells of a new edge
  --subscribers N           so many readers of the stream of changes (0)
  --save                    keep the result in benchmarks/results/`;

await runCommand(USAGE, async () => {
  const { values } = parseArgs({
    options: {
      ...LOAD_ARGUMENTS,
      tacit: { type: 'string', default: TACIT_COMMAND },
      set: { type: 'string', multiple: true, default: [] },
      peer: { type: 'string' },
      collector: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '1' },
      settle: { type: 'string', default: '60s' },
      visibility: { type: 'boolean', default: false },
      hearing: { type: 'boolean', default: false },
      subscribers: { type: 'string', default: '0' },
      save: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(USAGE);
  if (!canMeasure()) throw new RunError('the benchmark reads CPU and memory from /proc: it needs Linux');
  const load = readLoadOptions(values);
  const look = values.hearing ? 'stream' : values.visibility ? 'graph' : undefined;
  const subscribers = number(values.subscribers, '--subscribers', 0, 100_000);
  const options: RunOptions = { load, settleMs: durationMs(values.settle, '--settle'), look, subscribers };
  const rounds = number(values.rounds, '--rounds', 1, 1_000);
  if (!canPin()) console.error('taskset or a second core is missing: nothing is pinned, figures will vary more');
  const peer = values.collector ? await collectorCommand() : values.peer;
  const measurements = await runRounds(contenders({ ...values, peer }, subscribers), rounds, options, m => {
    console.error([formatTable([m]), ...formatNotes(m), ''].join('\n'));
  });
  console.log(formatTable(measurements));
  if (peer !== undefined) console.log(compareMedians(measurements, 'tacit', 'peer'));
  if (values.save) console.log(`saved ${await saveResult(load, measurements)}`);
  if (measurements.some(m => m.result.failures > 0 || m.judgement?.right === false)) process.exitCode = 2;
});

function contenders(
  values: { tacit: string; set: readonly string[]; peer?: string | undefined },
  subscribers: number,
): readonly Contender[] {
  const sets = values.set.map(pair => ` --set '${pair.replaceAll("'", "'\\''")}'`).join('');
  const tacit = { name: 'tacit', command: values.tacit + roomFor(subscribers) + sets, isTacit: true };
  return values.peer === undefined ? [tacit] : [tacit, { name: 'peer', command: values.peer, isTacit: false }];
}
