/** The arguments after a command's name, read by its options; a mistake says what would be right. */
import { parseArgs } from 'node:util';
import { nearestName } from '../lib/nearest.ts';
import type { CommandOption, CommandOptions } from './command.ts';

/** Wrong use of the command line: exit code 1, with the message alone. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type ValueOf<O extends CommandOption> = O extends { type: 'boolean' }
  ? boolean
  : O extends { multiple: true }
    ? readonly string[]
    : string;

export interface ParsedArguments<O extends CommandOptions> {
  readonly values: { readonly [K in keyof O]?: ValueOf<O[K]> };
  readonly positionals: readonly string[];
}

/** Throws a `UsageError` for unknown options, missing values, and values where none belongs. */
export function parseArguments<O extends CommandOptions>(args: readonly string[], options: O): ParsedArguments<O> {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) throw new UsageError(unknownOption(token.rawName, Object.keys(options)));
    if (option.type === 'string' && token.value === undefined) {
      throw new UsageError(`${token.rawName} has no value; write ${token.rawName} ${option.value ?? 'VALUE'}`);
    }
    if (option.type === 'boolean' && token.value !== undefined) {
      throw new UsageError(`${token.rawName} takes no value; write ${token.rawName} alone`);
    }
  }
  const { values, positionals } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true });
  return { values: values as ParsedArguments<O>['values'], positionals };
}

function unknownOption(name: string, known: readonly string[]): string {
  const nearest = nearestName(name.replace(/^-+/, ''), known);
  return `${name} is no option here; ${nearest === undefined ? 'see --help' : `did you mean --${nearest}?`}`;
}
