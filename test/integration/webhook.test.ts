/** A real process that posts changes is killed while a request is under way: all arrive, in order, in the same batches. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import type { Change } from '../../src/contract/change.ts';
import type { ServiceStatus } from '../../src/contract/component.ts';
import type { ExporterStatus } from '../../src/contract/exporter-status.ts';
import { allChanges } from '../kits/all-changes.ts';
import { NewCalls } from '../kits/new-calls.ts';
import { MortalService } from '../kits/sdk/mortal-service.ts';
import type { RunningService } from '../kits/sdk/service-process.ts';

const PAUSE_MS = 10;
const DEATHS = 3;
/** A process dies at each so-manieth request. */
const REQUESTS_OF_A_LIFE = 12;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Posted {
  readonly id: string;
  readonly body: string;
}

/** Its owner answers, and may take a batch without ever saying so. */
async function startReceiver(answer: (response: ServerResponse, posted: Posted) => boolean) {
  const taken: Posted[] = [];
  const read = async (request: IncomingMessage): Promise<Posted> => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    return { id: String(request.headers['webhook-id']), body: Buffer.concat(parts).toString() };
  };
  const server = createServer((request, response) => {
    void read(request).then(
      posted => {
        if (answer(response, posted)) taken.push(posted);
      },
      () => {},
    );
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise(resolve => server.close(resolve).closeAllConnections()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, taken };
}

const setsFor = (url: string, learn: string) => [
  `connectors.topology.lifecycle.learn=${learn}`,
  `exporters.webhook/ops={url: '${url}', from: oldest, retry_on_failure: {initial_interval: 5ms, max_interval: 20ms}, sending_queue: {batch: 5, batch_wait: 20ms}}`,
  'processors.route/edges={keep: [{type: [edge.appeared]}]}',
  'service.pipelines.changes={receivers: [topology], processors: [route/edges], exporters: [webhook/ops]}',
];

async function exporterOf({ api }: RunningService): Promise<ExporterStatus> {
  const answer = await fetch(`http://${api}/v1/status`);
  return ((await answer.json()) as ServiceStatus).exporters[0]!;
}

const changesOf = ({ body }: Posted) => (JSON.parse(body) as { changes: readonly Change[] }).changes;

it('what is under way when the process dies arrives, in the same batch, once it is back', async () => {
  let requests = 0;
  let deaths = 0;
  let died = Promise.withResolvers<void>();
  const { url, taken } = await startReceiver(response => {
    requests++;
    if (mortal.running !== undefined && deaths < DEATHS && requests >= REQUESTS_OF_A_LIFE * (deaths + 1)) {
      deaths++;
      mortal.kill();
      died.resolve();
      return true;
    }
    const kind = requests % 4;
    if (kind === 1) response.writeHead(503).end();
    else if (kind === 2) response.socket!.destroy();
    else response.end();
    return kind !== 1;
  });
  const mortal = new MortalService(...setsFor(url, '0s'));
  await mortal.start();
  const calls = new NewCalls(() => mortal.running);
  for (let i = 0; i < DEATHS; i++) {
    await died.promise;
    died = Promise.withResolvers();
    await mortal.start();
  }
  await calls.end();
  const running = mortal.running!;
  const wanted = async () => (await allChanges(running)).filter(({ type }) => type === 'edge.appeared');
  while ((await wanted()).length < calls.acknowledged) await sleep(PAUSE_MS);
  const batches = () => [...new Map(taken.map(posted => [posted.id, posted])).values()];
  while (batches().flatMap(changesOf).length < calls.acknowledged) await sleep(PAUSE_MS);
  const kept = await wanted();
  expect(await running.stop()).toBe(0);
  expect(deaths).toBe(DEATHS);
  expect(batches().flatMap(changesOf)).toEqual(kept);
  expect(new Set(taken.map(({ id, body }) => `${id} ${body}`)).size).toBe(batches().length);
  // Each death left a batch taken and not acknowledged.
  expect(taken.length).toBeGreaterThanOrEqual(batches().length + DEATHS);
}, 180_000);

it('nothing leaves while an environment is being learned: 400 services that begin at once', async () => {
  const { url, taken } = await startReceiver(response => {
    response.end();
    return true;
  });
  const service = await new MortalService(...setsFor(url, '24h')).start();
  const calls = new NewCalls(() => service);
  while (calls.acknowledged < 200) await sleep(PAUSE_MS);
  await calls.end();
  const edges = async () => (await allChanges(service)).filter(({ type }) => type === 'edge.appeared');
  while ((await edges()).length < calls.acknowledged) await sleep(PAUSE_MS);
  while ((await exporterOf(service)).behind !== 0) await sleep(PAUSE_MS);
  expect((await allChanges(service)).every(({ baseline }) => baseline)).toBe(true);
  expect(await exporterOf(service)).toMatchObject({ exporter: 'webhook/ops', pipeline: 'changes', delivered: 0 });
  expect(taken).toEqual([]);
  expect(await service.stop()).toBe(0);
}, 180_000);
