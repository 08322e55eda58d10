/**
 * Thousands of connections that send nothing, or never a whole request, against a real process. Whoever sends goes on:
 * every request is answered, and its edges are exact.
 */
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { openFileLimit } from '../../src/lib/listen/open-files.ts';
import { callOf } from '../cli/analyze-calls.ts';
import { type RunningService, startServiceProcess } from '../kits/sdk/service-process.ts';
import { head, TYPE } from '../receivers/otlp/http-client.ts';

/** This process and the service hold an end of each. */
const WANTED = 10_000;
const ATTACKERS = Math.min(WANTED, Math.floor(openFileLimit() * 0.7));
if (ATTACKERS < WANTED) console.warn(`the limit of open files allows ${ATTACKERS} connections of ${WANTED}`);
const OPENED_AT_ONCE = 200;

const STALLED: readonly string[] = [
  '',
  'POST /v1/traces HTTP/1.1\r\nHost: t',
  `${head({ 'Content-Type': TYPE.protobuf, 'Content-Length': 900_000 })}abc`,
  `${head({ 'Content-Type': TYPE.protobuf, 'Transfer-Encoding': 'chunked' })}3\r\nabc\r\n`,
];

let service: RunningService;
let attackers: Socket[];
beforeEach(() => {
  attackers = [];
});
afterEach(async () => {
  for (const socket of attackers) socket.destroy();
  expect(await service.stop()).toBe(0);
});

const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(':') + 1));

async function attack(port: number): Promise<void> {
  for (let i = 0; i < ATTACKERS; i++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    const bytes = STALLED[i % STALLED.length]!;
    if (bytes !== '') socket.write(bytes);
    attackers.push(socket);
    if (i % OPENED_AT_ONCE === 0) await delay(20);
  }
}

/** A client that sends a call every few milliseconds until it is told to stop; what it was answered. */
function honest(port: number, agent: Agent, first: number): () => Promise<readonly number[]> {
  const statuses: number[] = [];
  let going = true;
  const done = (async () => {
    for (let n = first; going; n++) {
      statuses.push(await post(port, agent, JSON.stringify(callOf(n, Date.now()))));
      await delay(10);
    }
    return statuses;
  })();
  return () => {
    going = false;
    return done;
  };
}

function post(port: number, agent: Agent, body: string): Promise<number> {
  const headers = { 'Content-Type': TYPE.json, 'Content-Length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method: 'POST', path: '/v1/traces', headers, agent }, response => {
      response.resume();
      response.on('end', () => resolve(response.statusCode!));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`http://${service.api}/metrics`)).text();
  const lines = text.split('\n').filter(line => line.startsWith(`${name}{`) && line.includes('protocol="http"'));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

it.each([
  ['as many connections as there are places', ATTACKERS + 100],
  ['more connections than there are places', Math.floor(ATTACKERS / 4)],
])('%s do not keep anybody from sending', async (_, maxConnections) => {
  service = await startServiceProcess(
    `receivers.otlp.protocols.http.max_connections=${maxConnections}`,
    'receivers.otlp.protocols.http.read_header_timeout=20s',
    'connectors.topology.correlation.wait=500ms',
  );
  const port = portOf(service.http);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const stop = honest(port, agent, 1);
  await attack(port);
  // Somebody who comes when all places are taken.
  const newcomer = new Agent({ keepAlive: true });
  expect(await post(port, newcomer, JSON.stringify({ resourceSpans: [] }))).toBe(200);
  await vi.waitFor(async () => {
    const ended = await metric('tacit_otlp_closed_connections_total');
    expect((await metric('tacit_otlp_connections')) + ended).toBeGreaterThanOrEqual(ATTACKERS);
  }, 30_000);
  expect(await metric('tacit_otlp_connections')).toBeLessThanOrEqual(maxConnections);
  const statuses = await stop();
  expect(new Set(statuses)).toEqual(new Set([200]));
  await vi.waitFor(async () => {
    const graph = (await (await fetch(`http://${service.api}/v1/graph`)).json()) as GraphDocument;
    const [edge] = graph.edges;
    expect([edge?.count, edge?.served, edge?.evidence.paired]).toEqual(Array(3).fill(statuses.length));
  }, 10_000);
  agent.destroy();
  newcomer.destroy();
});
