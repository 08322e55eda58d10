/** `tacit doctor`: why the graph is empty, partial or wrong. */
import { examine, NO_CHECKUP } from '../query/doctor/doctor.ts';
import type { DoctorReport } from '../query/doctor/report.ts';
import { findService } from '../query/find.ts';
import { answerFormatOf, formatOption } from './answer-format.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { askClient, CLIENT_USAGE, clientOf, clientOptions, nodeOfFile, readGraphFile, runClient } from './client.ts';
import { type Command, type CommandOptions, EXIT_DONE } from './command.ts';
import { doctorText } from './output/explain-text.ts';
import { writeText } from './output/render.ts';

const options = {
  ...clientOptions,
  format: formatOption,
  service: { type: 'string', value: 'NAME', description: 'Look at this service (or other node) alone.' },
  from: { type: 'string', value: 'NAME', description: 'With --to: why there is no edge from this node …' },
  to: { type: 'string', value: 'NAME', description: '… to this one.' },
} as const satisfies CommandOptions;

type Ends = { readonly service?: string; readonly from?: string; readonly to?: string };

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'why the graph is empty, partial or wrong, and what mends it',
  usage: `tacit doctor [--service NAME | --from NAME --to NAME] ${CLIENT_USAGE} [--format table|json]`,
  options,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, options);
    if (positionals.length > 0)
      throw new UsageError(`doctor takes no argument such as '${positionals[0]}'; a service goes with --service`);
    const ends = endsOf(values);
    const format = answerFormatOf(values.format);
    const client = clientOf(values, io.env);
    return runClient('doctor', io, async () => {
      const parameters = new URLSearchParams(ends as Record<string, string>);
      const report =
        client.file === undefined
          ? ((await askClient(client, 'v1/doctor', parameters)) as DoctorReport)
          : await examineFile(client.file, ends);
      await writeText(io.stdout, format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : doctorText(report));
      return EXIT_DONE;
    });
  },
};

function endsOf({ service, from, to }: Ends): Ends {
  if ((from === undefined) !== (to === undefined)) throw new UsageError('--from and --to belong together; give both');
  if (service !== undefined && from !== undefined) throw new UsageError('give --service, or --from and --to, not both');
  if (service !== undefined) return { service };
  return from === undefined ? {} : { from, to: to! };
}

async function examineFile(path: string, { service, from, to }: Ends): Promise<DoctorReport> {
  const { document, view } = await readGraphFile(path);
  const ends = [from, to].filter(name => name !== undefined);
  const scope =
    service === undefined ? ends.map(name => nodeOfFile(view, name)) : [nodeOfFile(view, service, findService)];
  return examine({ view, checkup: document.checkup ?? NO_CHECKUP }, scope);
}
