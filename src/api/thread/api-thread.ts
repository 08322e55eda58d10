/**
 * Runs the API in a thread. A thread that ends by itself is started again, on the port it had; the ingest is not
 * concerned.
 */
import { extname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Component, type Listener, type Settings, StartError } from '../../contract/component.ts';
import { API_RESTARTS } from '../../telemetry/metrics/api.ts';
import type { HttpApiConfig } from '../config.ts';
import { Answers } from './answers.ts';
import type { FromApi, StartFailure, ThreadData, ToApi } from './messages.ts';

/** Source in a checkout, compiled in the package. */
const ENTRY = new URL(`./main${extname(import.meta.url)}`, import.meta.url);
/** Answers are mostly text that dies young. */
const LIMITS = { maxYoungGenerationSizeMb: 6 };
/** How long a thread gets to finish beyond what it gives the answers under way. */
const STOP_MS = 7000;
const LEAST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 10_000;
/** A thread that ran so long was well. */
const STEADY_MS = 60_000;

interface Running {
  readonly worker: Worker;
  readonly answers: Answers;
  readonly listener: Listener;
  readonly ended: Promise<void>;
}

export function createApiThread(settings: Settings, config: HttpApiConfig): Component {
  let running: Running | undefined;
  let stopping: AbortController | undefined;
  let restarts = 0;

  async function keepRunning(first: Running, signal: AbortSignal): Promise<void> {
    let backoffMs = LEAST_BACKOFF_MS;
    const again = { ...config, endpoint: first.listener.address };
    for (let thread: Running | undefined = first; !signal.aborted; ) {
      const since = performance.now();
      await thread?.ended;
      if (signal.aborted) return;
      if (performance.now() - since > STEADY_MS) backoffMs = LEAST_BACKOFF_MS;
      restarts++;
      settings.logger.error({ backoffMs }, 'the thread of the API ended; it is started again');
      await wait(backoffMs, undefined, { signal, ref: false }).catch(() => {});
      backoffMs = Math.min(backoffMs * 2, LONGEST_BACKOFF_MS);
      if (signal.aborted) return;
      thread = await startThread(settings, again).catch(error => {
        settings.logger.error({ error }, 'the thread of the API could not be started');
        return undefined;
      });
      running = thread;
      if (signal.aborted && thread !== undefined) await stopThread(thread);
    }
  }

  return {
    async start() {
      running = await startThread(settings, config);
      stopping = new AbortController();
      settings.host.metrics(() => [API_RESTARTS.sample(restarts), ...(running?.answers.samples ?? [])]);
      settings.host.listening(running.listener);
      void keepRunning(running, stopping.signal);
    },
    refresh: () => ({ commit: () => refreshThread(running), rollback: () => {} }),
    async stop() {
      stopping?.abort();
      if (running !== undefined) await stopThread(running);
    },
  };
}

/** Resolves once it listens. */
function startThread({ id, host, logger }: Settings, config: HttpApiConfig): Promise<Running> {
  const { version, startedAt } = host.status();
  const workerData: ThreadData = { id, config, version, startedAt, traces: host.tracer !== undefined };
  const worker = new Worker(ENTRY, { workerData, resourceLimits: LIMITS, name: id });
  const answers = new Answers(host, (message: ToApi) => worker.postMessage(message));
  const ended = new Promise<void>(resolve => {
    worker.once('exit', () => {
      answers.close();
      resolve();
    });
  });
  return new Promise((resolve, reject) => {
    worker.on('error', error => {
      logger.error({ error }, 'the thread of the API failed');
      reject(error);
    });
    void ended.then(() => reject(new Error('the thread of the API ended before it listened')));
    worker.on('message', (message: FromApi) => {
      if (message.type === 'listening') resolve({ worker, answers, listener: message.listener, ended });
      else if (message.type === 'failed') reject(errorOf(message.failure));
      else if (message.type === 'log') logger[message.level](message.fields, message.message);
      else if (message.type === 'traced') {
        const { work } = message;
        host.tracer?.record({ ...work, beganMs: work.beganMs - performance.timeOrigin });
      } else answers.take(message);
    });
  });
}

function errorOf({ isUsers, message, hint, stack }: StartFailure): Error {
  if (isUsers) return new StartError(message, hint);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** Resolves when it was done, or there is nobody to do it: a thread that begins reads the files anyway. */
async function refreshThread(running: Running | undefined): Promise<void> {
  if (running === undefined) return;
  const { worker, ended } = running;
  const done = new Promise<void>(resolve => {
    const listen = (message: FromApi) => {
      if (message.type !== 'refreshed') return;
      worker.off('message', listen);
      resolve();
    };
    worker.on('message', listen);
  });
  worker.postMessage({ type: 'refresh' } satisfies ToApi);
  await Promise.race([done, ended]);
}

async function stopThread({ worker, ended }: Running): Promise<void> {
  worker.postMessage({ type: 'stop' } satisfies ToApi);
  const inTime = await Promise.race([ended.then(() => true), wait(STOP_MS, false, { ref: false })]);
  if (!inTime) await worker.terminate();
}
