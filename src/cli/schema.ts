/** `tacit schema`: prints one of the JSON Schemas that come with the program. */
import { readdirSync, readFileSync } from 'node:fs';
import { nearestName } from '../lib/nearest.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { type Command, EXIT_DONE } from './command.ts';

const FOLDER = new URL('../../schemas/', import.meta.url);
const SUFFIX = '.schema.json';

export const schemaCommand: Command = {
  name: 'schema',
  summary: 'print a JSON Schema: of the configuration, or of an answer',
  usage: 'tacit schema [NAME]',
  options: {},
  async run(args, io) {
    const { positionals } = parseArguments(args, {});
    if (positionals.length > 1) throw new UsageError('one schema at a time; write tacit schema NAME');
    const names = schemaNames();
    const name = positionals[0] ?? 'config';
    if (!names.includes(name)) throw new UsageError(unknownSchema(name, names));
    io.stdout.write(readFileSync(new URL(`${name}${SUFFIX}`, FOLDER), 'utf8'));
    return EXIT_DONE;
  },
};

function schemaNames(): readonly string[] {
  const files = readdirSync(FOLDER).filter(file => file.endsWith(SUFFIX));
  return files.map(file => file.slice(0, -SUFFIX.length)).sort();
}

function unknownSchema(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return `there is no schema '${name}'; ${nearest === undefined ? `there are ${known.join(', ')}` : `did you mean '${nearest}'?`}`;
}
