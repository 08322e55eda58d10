/** The options of the receiver of files, and the same as numbers once defaults are in. */
import { type Static, Type } from 'typebox';
import { Default } from 'typebox/value';
import type { ConfigProblem } from '../../contract/component.ts';
import type { RecordIdentity } from '../../contract/record.ts';
import type { Outbox } from '../../encodings/outbox.ts';
import { durationOption, LONGEST_TIMER, sizeOption } from '../../lib/options.ts';
import { parseDuration, parseSize } from '../../lib/units.ts';
import { checkOutbox, outboxNames, toOutbox } from '../outbox-names.ts';
import { dumpIdentity, toRecordIdentity } from '../record-identity.ts';

const globs = (description: string) => Type.Array(Type.String({ minLength: 1 }), { description });

export const fileConfig = Type.Object(
  {
    include: {
      ...globs('Files to follow: paths, in which `*` stands for any text, `**` for any folders, `{a,b}` for either.'),
      minItems: 1,
    },
    exclude: Type.Optional({
      ...globs('Of those, the ones to leave alone; names of rotated copies, say.'),
      default: [],
    }),
    start_at: Type.Optional(
      Type.Union([Type.Literal('beginning'), Type.Literal('end')], {
        default: 'beginning',
        description:
          'Where a file is begun that is there at the first start. One that was read before goes on where it was; one that comes later is read whole.',
      }),
    ),
    poll_interval: Type.Optional(
      durationOption({
        default: '1s',
        minimum: '10ms',
        maximum: LONGEST_TIMER,
        description: 'How often files are looked for and at, beside what the system tells of changes.',
      }),
    ),
    max_line_size: Type.Optional(
      sizeOption({
        default: '16MiB',
        minimum: '1KiB',
        maximum: '256MiB',
        description: 'A longer line is passed over.',
      }),
    ),
    max_files: Type.Optional(
      Type.Integer({
        default: 500,
        minimum: 1,
        maximum: 100_000,
        description: 'Files followed at once; the others wait, in the order of their names.',
      }),
    ),
    topic: Type.Optional(
      Type.String({ default: '', description: 'Topic of change events that stand alone in a line.' }),
    ),
    identity: dumpIdentity,
    outbox: outboxNames,
  },
  { additionalProperties: false },
);

export type FileConfig = Static<typeof fileConfig>;

export interface FileOptions {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly startAt: 'beginning' | 'end';
  readonly pollMs: number;
  readonly maxLineBytes: number;
  readonly maxFiles: number;
  readonly topic: string;
  readonly cluster: string;
  readonly identity: RecordIdentity;
  readonly outbox: Outbox;
}

export function toFileOptions(config: FileConfig): FileOptions {
  const full = Default(fileConfig, { ...config }) as Required<FileConfig>;
  return {
    include: full.include,
    exclude: full.exclude,
    startAt: full.start_at,
    pollMs: parseDuration(full.poll_interval),
    maxLineBytes: parseSize(full.max_line_size),
    maxFiles: full.max_files,
    topic: full.topic,
    cluster: config.identity?.cluster ?? '',
    identity: toRecordIdentity(config.identity),
    outbox: toOutbox(config.outbox),
  };
}

/** What the schema cannot say. */
export function checkFileConfig({ outbox }: FileConfig): readonly ConfigProblem[] {
  return checkOutbox(outbox);
}
