/** The options of the `service` section; the sections of components get theirs from the factories. */
import { type Static, Type } from 'typebox';
import type { Signal } from '../contract/component.ts';
import { durationOption, optionGroup } from '../lib/options.ts';
import { LOG_ENCODINGS, LOG_LEVELS } from '../telemetry/logger.ts';
import { tracesOptions } from '../telemetry/tracing/options.ts';

export const SIGNALS: readonly Signal[] = ['traces', 'logs', 'events', 'changes', 'metrics'];

const ids = (description: string) =>
  Type.Array(Type.String({ minLength: 1 }), { description, default: [], 'x-reload': 'live' });

const pipelineOptions = optionGroup(
  {
    receivers: ids('Ids of the receivers (or connectors) the pipeline starts at. At least one.'),
    processors: ids('Ids of the processors, in the order in which they see the data.'),
    exporters: ids('Ids of the exporters (or connectors) the pipeline ends in. At least one.'),
  },
  'What flows from where, through what, to where. The key is a signal, or `signal/name`.',
);

export const serviceOptions = optionGroup({
  extensions: ids('Ids of the extensions to start.'),
  telemetry: optionGroup(
    {
      logs: optionGroup(
        {
          level: Type.Enum([...LOG_LEVELS], {
            default: 'info',
            'x-reload': 'live',
            description: 'The least severe lines that are written.',
          }),
          encoding: Type.Enum([...LOG_ENCODINGS], {
            default: 'console',
            'x-reload': 'live',
            description: '`console` is for people, `json` writes one object per line.',
          }),
          initial_fields: Type.Record(Type.String(), Type.String(), {
            default: {},
            'x-reload': 'live',
            description: 'Fields that every line carries, such as `{ env: prod }`.',
          }),
        },
        'The log on standard error.',
      ),
      traces: tracesOptions,
    },
    'What the program says about itself.',
  ),
  shutdown_timeout: durationOption({
    default: '20s',
    minimum: '0s',
    maximum: '1h',
    'x-reload': 'live',
    description: 'How long a stop may take to finish what was accepted.',
  }),
  pipelines: Type.Record(Type.String(), pipelineOptions, {
    description: 'By signal: `traces`, `logs`, `events`, `changes`, `metrics`, each also as `signal/name`.',
    default: {},
    'x-reload': 'live',
  }),
});

export type ServiceConfig = Static<typeof serviceOptions>;
export type PipelineConfig = Static<typeof pipelineOptions>;
