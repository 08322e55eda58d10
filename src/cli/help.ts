/** Help texts, made from the commands themselves. */
import type { Command } from './command.ts';

export function programHelp(commands: readonly Command[], version: string): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `tacit ${version}: a live graph of services, topics and tables, from OpenTelemetry spans`,
    '',
    'Usage: tacit <command> [options]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'tacit <command> --help shows the options of a command, tacit --version the version.',
    'Exit codes: 0 done, 1 wrong use or configuration, 2 trouble with data, 3 cannot reach the service.',
    '',
  ].join('\n');
}

export function commandHelp({ summary, usage, options }: Command): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const short = option.short === undefined ? '' : `-${option.short}, `;
    const value = option.type === 'string' ? ` ${option.value ?? 'VALUE'}` : '';
    return [`${short}--${name}${value}`, option.description] as const;
  });
  const all = [...rows, ['-h, --help', 'Show this help.'] as const];
  const width = Math.max(...all.map(([flag]) => flag.length));
  return [
    `Usage: ${usage}`,
    '',
    summary,
    '',
    ...all.map(([flag, text]) => `  ${flag.padEnd(width)}  ${text}`),
    '',
  ].join('\n');
}
