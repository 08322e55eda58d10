/** `tacit replay`: sends recorded files to a running service or Kafka. */
import type { Application } from './application.ts';
import { parseArguments, UsageError } from './arguments.ts';
import type { Command, CommandOptions } from './command.ts';

const OTLP = 'http://127.0.0.1:4318';
const EVENTS = 'http://127.0.0.1:4319';

const options = {
  speed: {
    type: 'string',
    value: 'N',
    description: 'How much faster than it was recorded: 1 (default), 10, 0.5, or max for no waiting.',
  },
  otlp: { type: 'string', value: 'URL', description: `Where spans and log records go (default ${OTLP}).` },
  events: {
    type: 'string',
    value: 'URL',
    description: `Where records go, a receiver http_events (default ${EVENTS}).`,
  },
  kafka: {
    type: 'string',
    value: 'BROKERS',
    description: 'Records go to Kafka instead: host:port, several with commas between.',
  },
  topic: { type: 'string', value: 'NAME', description: 'Topic of change events that stand alone.' },
} as const satisfies CommandOptions;

export function createReplayCommand(application: Application): Command {
  return {
    name: 'replay',
    summary: 'sends recorded files to a running service or Kafka',
    usage:
      'tacit replay FILE... [--speed N|max] [--otlp URL] [--events URL | --kafka BROKERS] [--topic NAME]\nA token for the service: TACIT_TOKEN.',
    options,
    run(args, io) {
      const { values, positionals } = parseArguments(args, options);
      if (positionals.length === 0)
        throw new UsageError('replay what? write tacit replay FILE..., - for standard input');
      if (values.kafka !== undefined && values.events !== undefined)
        throw new UsageError('--kafka and --events are two places for the same records; give one of them');
      return application.replay(
        {
          inputs: positionals,
          speed: speedOf(values.speed ?? '1'),
          otlp: urlOf('--otlp', values.otlp ?? OTLP),
          events: urlOf('--events', values.events ?? EVENTS),
          kafka: values.kafka === undefined ? [] : brokersOf(values.kafka),
          topic: values.topic ?? '',
        },
        io,
      );
    },
  };
}

function speedOf(text: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const speed = Number(text);
  if (!(speed > 0)) throw new UsageError(`--speed "${text}" is no speed; write a number above 0, such as 10, or max`);
  return speed;
}

function urlOf(option: string, text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`${option} "${text}" is no URL; write http://HOST:PORT`);
  return url;
}

function brokersOf(text: string): readonly string[] {
  const brokers = text.split(',').map(broker => broker.trim());
  const wrong = brokers.find(broker => !/^[^\s:/]+:\d{1,5}$|^\[[0-9a-f:.]+\]:\d{1,5}$/i.test(broker));
  if (wrong !== undefined) throw new UsageError(`--kafka "${wrong}" is no broker; write HOST:PORT,HOST:PORT`);
  return brokers;
}
