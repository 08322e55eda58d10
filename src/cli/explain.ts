/** `tacit explain`: how an edge is known, or why there is none between two nodes. */
import type { ServiceCheckup } from '../contract/checkup.ts';
import type { GraphView } from '../contract/graph-view.ts';
import { NO_CHECKUP } from '../query/doctor/doctor.ts';
import { scopedCheckups } from '../query/doctor/span-findings.ts';
import { type Explanation, explainEdge } from '../query/explain/edge.ts';
import { type BetweenExplanation, explainBetween } from '../query/explain/explain.ts';
import { findEdge } from '../query/find.ts';
import { type AnswerFormat, answerFormatOf, formatOption } from './answer-format.ts';
import { parseArguments, UsageError } from './arguments.ts';
import {
  askClient,
  atOption,
  CLIENT_USAGE,
  type Client,
  clientOf,
  clientOptions,
  nodeOfFile,
  readGraphFile,
  runClient,
} from './client.ts';
import { type Command, type CommandOptions, EXIT_DONE, EXIT_WRONG_USE, type Io } from './command.ts';
import { SourceError } from './output/document-source.ts';
import { betweenText, explanationText } from './output/explain-text.ts';
import { writeText } from './output/render.ts';
import { parametersOf } from './way-options.ts';

const options = { ...clientOptions, ...atOption, format: formatOption } as const satisfies CommandOptions;

type Answer = Explanation | BetweenExplanation;

export const explainCommand: Command = {
  name: 'explain',
  summary: 'how an edge is known, or why there is none between two nodes',
  usage: `tacit explain EDGE | FROM TO ${CLIENT_USAGE} [--at TIME] [--format table|json]`,
  options,
  async run(args, io) {
    const { client, names, at, format } = requestOf(args, io);
    return runClient('explain', io, async () => {
      const answer =
        client.file === undefined ? await askRunning(client, names, at) : await askFile(client.file, names);
      await writeText(io.stdout, format === 'json' ? `${JSON.stringify(answer, null, 2)}\n` : textOf(answer));
      return EXIT_DONE;
    });
  },
};

function requestOf(
  args: readonly string[],
  { env }: Io,
): { client: Client; names: readonly string[]; at: string | undefined; format: AnswerFormat } {
  const { values, positionals } = parseArguments(args, options);
  if (positionals.length !== 1 && positionals.length !== 2)
    throw new UsageError('explain what? write tacit explain EDGE, or tacit explain FROM TO');
  return { client: clientOf(values, env), names: positionals, at: values.at, format: answerFormatOf(values.format) };
}

async function askRunning(client: Client, [first, to]: readonly string[], at: string | undefined): Promise<Answer> {
  const parameters = parametersOf(to === undefined ? { edge: first!, at } : { from: first!, to, at });
  return (await askClient(client, 'v1/explain', parameters)) as Answer;
}

async function askFile(path: string, [first, second]: readonly string[]): Promise<Answer> {
  const { document, view } = await readGraphFile(path);
  if (second === undefined) return explainEdge(view, edgeOf(view, first!));
  const [from, to] = [nodeOfFile(view, first!), nodeOfFile(view, second)];
  const ids = new Set([from, to].map(index => view.nodes[index]!.id));
  const services: readonly ServiceCheckup[] = scopedCheckups(view, document.checkup ?? NO_CHECKUP, ids);
  return explainBetween(view, from, to, services);
}

function edgeOf(view: GraphView, text: string): number {
  const match = findEdge(view, text);
  if (match.found === 'one') return match.index;
  const near =
    match.near.length > 0 ? `; did you mean ${match.near.join(' or ')}?` : '; an edge id is source#kind#target';
  throw new SourceError(`no edge has the id or key "${text}"${near}`, EXIT_WRONG_USE);
}

function textOf(answer: Answer): string {
  return 'edge' in answer ? explanationText(answer) : betweenText(answer);
}
