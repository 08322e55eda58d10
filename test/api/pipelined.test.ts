/** Clients that send requests without waiting for answers do not keep others from theirs. */
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningApi, startApi } from './start-api.ts';

const CLIENTS = 100;
const REQUESTS = 1000;

let api: RunningApi;
const sockets: Socket[] = [];
beforeAll(async () => {
  api = await startApi(undefined);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await api.stop();
});

/** Resolves with what came back when the connection is closed, or after the time. */
function send(text: string, ms: number): Promise<string> {
  return new Promise(resolve => {
    let answer = '';
    const socket = connect(api.port, '127.0.0.1', () => socket.write(text));
    sockets.push(socket);
    const timer = setTimeout(() => resolve(answer), ms);
    const done = () => {
      clearTimeout(timer);
      resolve(answer);
    };
    socket.on('data', piece => {
      answer += piece;
    });
    socket.on('error', done).on('close', done);
  });
}

const request = (path: string) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;

describe('a connection of the API', () => {
  test('may have some requests under way', async () => {
    const answers = await send(request('/healthz').repeat(10), 1000);
    expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(10);
  });

  test('is closed for very many, and nobody else waits', async () => {
    const flood = request('/v1/status').repeat(REQUESTS);
    const floods = Array.from({ length: CLIENTS }, () => send(flood, 20_000));
    const began = performance.now();
    const answer = await api.get('/metrics');
    const waited = performance.now() - began;
    expect(answer.status).toBe(200);
    await Promise.all(floods);
    expect(api.metric('tacit_http_api_closed_connections_total', { reason: 'pipelined' })).toBe(CLIENTS);
    expect(waited).toBeLessThan(10_000);
  });
});
