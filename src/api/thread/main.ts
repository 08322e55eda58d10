/**
 * The thread of the API: the HTTP server and a copy of the graph, so that no question holds up the ingest. Of the
 * thread that started it, it asks what changed and small things.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../contract/clock.ts';
import { StartError } from '../../contract/component.ts';
import type { Logger } from '../../contract/logger.ts';
import { NO_PAST } from '../../contract/past.ts';
import type { TracedWork } from '../../contract/tracer.ts';
import { LiveGraph } from '../../query/live-graph.ts';
import { PastGraph } from '../../query/past.ts';
import { nameSourceLines } from '../../telemetry/source-lines.ts';
import { type OpenApi, openApi } from '../open-api.ts';
import type { AskService } from '../questions.ts';
import { KeepUp, LOOK_MS } from './keep-up.ts';
import type { FromApi, StartFailure, ThreadData, ToApi } from './messages.ts';

/** How often the service is told the API's own numbers. */
const SAMPLES_MS = 5000;

nameSourceLines();
const port = parentPort!;
const { id, config, version, startedAt, traces } = workerData as ThreadData;
const send = (message: FromApi) => port.postMessage(message);

class NoGraphError extends Error {}

const graph = new LiveGraph(question => send({ type: 'graph', question }));
const asked = new Map<number, PromiseWithResolvers<unknown>>();
let questions = 0;

const ask: AskService = (question, asks) => {
  const asking = Promise.withResolvers<unknown>();
  asked.set(++questions, asking);
  send({ type: 'ask', number: questions, question, asks });
  return asking.promise as ReturnType<AskService> as never;
};

function receive(message: ToApi): void {
  switch (message.type) {
    case 'delta':
      graph.take(message.part);
      if (message.part.type === 'edges') send({ type: 'release', buffer: message.part.buffer });
      break;
    case 'no-graph':
      graph.refuse(message.question, new NoGraphError());
      break;
    case 'answer': {
      const asking = asked.get(message.number);
      asked.delete(message.number);
      if (message.failure === undefined) asking?.resolve(message.answer);
      else asking?.reject(new Error(message.failure));
      break;
    }
    case 'changes':
      api?.published(message.texts, message.first);
      break;
    case 'refresh':
      api?.refresh();
      send({ type: 'refreshed' });
      break;
    case 'stop':
      void stop();
  }
}

const log =
  (level: keyof Logger) =>
  (fields: object, message: string): void => {
    try {
      send({ type: 'log', level, fields, message });
    } catch {
      send({ type: 'log', level, fields: { fields: String(fields) }, message });
    }
  };
const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };

const record = (work: TracedWork) =>
  send({ type: 'traced', work: { ...work, beganMs: work.beganMs + performance.timeOrigin } });
const tracer = traces ? { record } : undefined;

async function view() {
  try {
    return await graph.view();
  } catch (error) {
    if (error instanceof NoGraphError) return undefined;
    throw error;
  }
}

const pastGraph = new PastGraph(
  async question => (await ask('past', question)) ?? NO_PAST.ask(question),
  () => graph.rules,
);
let rulesKnown: Promise<unknown> | undefined;
const past: Pick<PastGraph, 'view'> = {
  /** Names are resolved by the rules of now, which come with the graph of now. */
  view: async (time, detail) => {
    rulesKnown ??= view();
    await rulesKnown;
    return pastGraph.view(time, detail);
  },
};

let api: OpenApi | undefined;

async function start(): Promise<void> {
  try {
    const times = { clock: systemClock, version, startedAt };
    api = await openApi({ id, config, logger, tracer, ...times, graph: view, past, ask });
    const { samples, listener } = api;
    const keepUp = new KeepUp(() => ask('edges', undefined), view);
    const look = () => keepUp.look().catch(error => logger.debug({ error }, 'the graph could not be read'));
    setInterval(look, LOOK_MS).unref();
    setInterval(() => send({ type: 'samples', samples: samples() }), SAMPLES_MS).unref();
    send({ type: 'listening', listener });
  } catch (error) {
    send({ type: 'failed', failure: failureOf(error) });
    port.close();
  }
}

function failureOf(error: unknown): StartFailure {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (!(error instanceof StartError)) return { isUsers: false, message, hint: undefined, stack };
  return { isUsers: true, message, hint: error.hint, stack };
}

async function stop(): Promise<void> {
  await api?.close();
  port.close();
}

port.on('message', receive);
await start();
