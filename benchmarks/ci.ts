/**
 * A short run for continuous integration: fails when an edge is not exact or a span costs too much, in yardsticks: pieces
 * of work that are measured before and after it.
 */
import { parseArgs } from 'node:util';
import { measure } from './pipeline/measure.ts';
import { LOAD_ARGUMENTS, LOAD_USAGE, number, readLoadOptions } from './pipeline/options.ts';
import { formatNotes, formatTable } from './pipeline/report.ts';
import { runCommand } from './pipeline/run-command.ts';
import { TACIT_COMMAND, TACIT_IN_MEMORY } from './pipeline/target.ts';
import { yardstick } from './pipeline/yardstick.ts';

const USAGE = `node benchmarks/ci.ts MAX_YARDSTICKS_PER_MILLION_SPANS [options]
${LOAD_USAGE}
  --tacit CMD               starts tacit (this checkout)
  --in-memory               this checkout, without storage`;
const SETTLE_MS = 30_000;

await runCommand(USAGE, async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...LOAD_ARGUMENTS,
      duration: { type: 'string', default: '5s' },
      duplicates: { type: 'string', default: '0.05' },
      tacit: { type: 'string', default: TACIT_COMMAND },
      'in-memory': { type: 'boolean', default: false },
    },
  });
  const limit = number(positionals[0] ?? '', 'MAX_YARDSTICKS_PER_MILLION_SPANS', 0, 1e6);
  const run = { load: readLoadOptions(values), settleMs: SETTLE_MS, look: undefined, subscribers: 0 };
  const command = values['in-memory'] ? TACIT_IN_MEMORY : values.tacit;
  const before = yardstick();
  const measurement = await measure('tacit', command, true, run);
  console.log([formatTable([measurement]), ...formatNotes(measurement)].join('\n'));
  const { cpuPerMillion, result, judgement } = measurement;
  const seconds = (before + yardstick()) / 2;
  const cost = cpuPerMillion / seconds;
  const told = `A million spans cost ${cost.toFixed(1)} yardsticks of ${seconds.toFixed(2)} CPU s`;
  console.log(cost > limit ? `${told}, above ${limit}` : told);
  if (cost > limit || result.failures > 0 || judgement?.right !== true) process.exitCode = 1;
});
