/**
 * `analyze`: recorded inputs → the graph, offline. Nothing waits for time: everything in the inputs may join, and what
 * is unpaired is decided at the end. "Now" is the newest event time.
 */
import type { Analysis, AnalyzeArguments } from '../../cli/application.ts';
import { EXIT_DATA_TROUBLE, EXIT_DONE, EXIT_WRONG_USE, type Io } from '../../cli/command.ts';
import { systemClock } from '../../contract/clock.ts';
import type { GraphDocument } from '../../contract/graph-document.ts';
import { graphDocument } from '../../query/document.ts';
import { pathColumns } from '../../query/path-columns.ts';
import { selectGraph } from '../../query/select.ts';
import { Topology } from '../topology/topology.ts';
import { Feed } from './feed.ts';
import { checkInputs, type Input } from './inputs.ts';
import { sayNotes } from './notes.ts';
import { offlineOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { readInput } from './read-input.ts';
import { Report, StrictStop } from './report.ts';

export async function analyze(args: AnalyzeArguments, io: Io): Promise<Analysis> {
  const { options, problems } = offlineOptions(args, io.env);
  sayLines(problems, io);
  if (options === undefined) return { document: undefined, exitCode: EXIT_WRONG_USE };
  const checked = await checkInputs(args.inputs, io.stdin);
  sayLines(checked.problems, io);
  if (checked.problems.length > 0) return { document: undefined, exitCode: EXIT_DATA_TROUBLE };
  // The journal stamps arrivals with the wall clock: what lies ahead of it is no good event time.
  const topology = new Topology(options, systemClock, true);
  return readInputs(checked.inputs, topology, args, io);
}

function sayLines(lines: readonly string[], io: Io): void {
  for (const line of lines) io.stderr.write(`${line}\n`);
}

async function readInputs(
  inputs: readonly Input[],
  topology: Topology,
  { strict, topic }: AnalyzeArguments,
  { stderr }: Io,
): Promise<Analysis> {
  const total = inputs.reduce((sum, { size }) => sum + (size ?? Number.NaN), 0);
  const bar = createProgress({ stream: stderr, total, now: () => performance.now() });
  const report = new Report(text => {
    bar.clear();
    stderr.write(text);
  }, strict);
  const { sink, logs, records } = topology;
  const feed = new Feed({ sink, logs, records, topic });
  const { fates, records: correlatedRecords } = topology.correlator;
  try {
    for (const input of inputs) {
      await readInput(input, {
        feed,
        report,
        progress: bytes => bar.advance(bytes, fates.received + correlatedRecords.received),
      });
    }
  } catch (error) {
    if (!(error instanceof StrictStop)) throw error;
    return { document: undefined, exitCode: EXIT_DATA_TROUBLE };
  } finally {
    bar.clear();
  }
  feed.flush();
  const document = finish(topology, report.problems);
  sayNotes({ document, topology, feed, report });
  return { document, exitCode: report.problems > 0 ? EXIT_DATA_TROUBLE : EXIT_DONE };
}

/** All states: a file is a record of what was. */
function finish(topology: Topology, broken: number): GraphDocument {
  topology.finish();
  const view = topology.view();
  return {
    ...graphDocument(view, selectGraph(view, {})),
    paths: pathColumns(view),
    checkup: { ...topology.checkup(), malformed: broken === 0 ? {} : { unreadable: broken } },
  };
}
