/** `tacit storage`: looks after a data directory that no service uses. */

import { answerFormatOf, formatOption } from './answer-format.ts';
import type { Application, StorageCommands } from './application.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { runClient } from './client.ts';
import { type Command, type CommandOptions, EXIT_DATA_TROUBLE, EXIT_DONE, type Io } from './command.ts';
import { configOptions } from './config-options.ts';
import { writeText } from './output/render.ts';
import { archiveText, checkText, compactionText } from './output/storage-text.ts';

const options = {
  ...configOptions,
  path: {
    type: 'string',
    short: 'p',
    value: 'DIRECTORY',
    description: 'The data directory, in place of a configuration that names it.',
  },
  format: formatOption,
} as const satisfies CommandOptions;

const ACTIONS = {
  check: 'tacit storage check',
  compact: 'tacit storage compact',
  export: 'tacit storage export FILE',
  import: 'tacit storage import FILE',
} as const;
type Action = keyof typeof ACTIONS;

interface Request {
  readonly action: Action;
  readonly file: string;
  readonly asJson: boolean;
  readonly path: string | undefined;
  readonly files: readonly string[];
  readonly sets: readonly string[];
}

export function createStorageCommand(application: Application): Command {
  return {
    name: 'storage',
    summary: 'check, compact, export or import the data directory',
    usage: [
      'tacit storage check|compact|export FILE|import FILE [--path DIRECTORY | --config FILE... --set KEY=VALUE...]',
      '',
      '  check        checkpoints, frames, history and changes, and what the next start makes of them; exit code 2 when damaged',
      '  compact      one checkpoint and the history in as few bytes as they take, and the journal behind it',
      '  export FILE  all that a start needs, as one .tar.gz',
      '  import FILE  what was exported, checked, into a directory that is empty or not there',
      '',
      'The service must be stopped, but for check, which then looks at finished segments of journal and changes only.',
    ].join('\n'),
    options,
    async run(args, io) {
      const request = requestOf(args);
      return runClient(`storage ${request.action}`, io, async () => act(request, await application.storage(), io));
    },
  };
}

function requestOf(args: readonly string[]): Request {
  const { values, positionals } = parseArguments(args, options);
  const [name, file = '', ...more] = positionals;
  const action = actionOf(name);
  const takesFile = ACTIONS[action].endsWith('FILE');
  if (takesFile && file === '') throw new UsageError(`which file? write ${ACTIONS[action]}`);
  const extra = takesFile ? more[0] : file || undefined;
  if (extra !== undefined)
    throw new UsageError(`'${extra}' is one too many; a directory is named with --path ${extra}`);
  if (values.path !== undefined && (values.config ?? values.set) !== undefined)
    throw new UsageError('give --path, or the configuration that names it, not both');
  return {
    action,
    file,
    asJson: answerFormatOf(values.format) === 'json',
    path: values.path,
    files: values.config ?? [],
    sets: values.set ?? [],
  };
}

function actionOf(name: string | undefined): Action {
  if (name !== undefined && Object.hasOwn(ACTIONS, name)) return name as Action;
  const what = name === undefined ? 'what about the storage?' : `'${name}' is nothing that storage does;`;
  throw new UsageError(`${what} write one of ${Object.values(ACTIONS).join(', ')}`);
}

async function act(request: Request, { directoryOf, tools }: StorageCommands, io: Io): Promise<number> {
  const { action, file, asJson } = request;
  const directory = request.path ?? directoryOf(request, io);
  const say = (answer: object, text: string) =>
    writeText(io.stdout, asJson ? `${JSON.stringify(answer, null, 2)}\n` : text);
  if (action === 'check') {
    const check = await tools.check(directory);
    await say(check, checkText(check));
    return check.verdict === 'damaged' ? EXIT_DATA_TROUBLE : EXIT_DONE;
  }
  if (action === 'compact') {
    const compaction = await tools.compact(directory);
    await say(compaction, compactionText(compaction));
  } else {
    const archive = await tools[action](directory, file);
    await say(archive, archiveText(action, archive));
  }
  return EXIT_DONE;
}
