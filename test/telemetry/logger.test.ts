import { spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createLogger, type LoggerConfig } from '../../src/telemetry/logger.ts';

const MUCH = fileURLToPath(new URL('../kits/log-much.ts', import.meta.url));

function textOf(config: LoggerConfig, write: (logger: ReturnType<typeof createLogger>) => void): string {
  const output = new PassThrough();
  write(createLogger(config, output));
  return String(output.read());
}

describe('json', () => {
  it('one object per line, with the same keys first', () => {
    const text = textOf({ level: 'debug', encoding: 'json', initial_fields: { env: 'prod' } }, logger => {
      logger.info({ a: 1 }, 'one\ntwo');
      logger.child({ component: 'receivers.otlp' }).error({ error: new TypeError('broken') }, 'failed');
      logger.warn({ component: 'exporters.x' }, 'late');
    });
    const lines = text.trimEnd().split('\n');
    const objects = lines.map(line => JSON.parse(line) as Record<string, unknown>);
    expect(objects).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        env: 'prod',
        component: 'service',
        a: 1,
        msg: 'one\ntwo',
      },
      {
        level: 'error',
        time: expect.any(String),
        env: 'prod',
        component: 'receivers.otlp',
        error: { type: 'TypeError', message: 'broken', stack: expect.stringContaining('logger.test.ts') },
        msg: 'failed',
      },
      expect.objectContaining({ component: 'exporters.x' }),
    ]);
    for (const line of lines) expect(line.match(/"component":/g)).toHaveLength(1);
  });
});

describe('console', () => {
  it('one line a person can read', () => {
    const text = textOf({ level: 'info', encoding: 'console' }, logger => {
      logger.debug({}, 'not shown');
      logger.child({ component: 'receivers.otlp' }).warn({ sender: '10.0.0.3', count: 2 }, 'not taken');
      logger.info({}, 'ready');
    });
    expect(text).toMatch(
      /^\[\S+ \S+\] WARN: receivers\.otlp: not taken \{"sender":"10\.0\.0\.3","count":2\}\n\[.*\] INFO: ready\n$/,
    );
  });
});

describe('a pipe', () => {
  it('whose reader stands still holds nobody up, neither while it runs nor at its end', async () => {
    const child = spawn(process.execPath, [MUCH], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [took] = (await child.stdout.take(1).toArray()) as [Buffer];
    expect(Number(String(took))).toBeLessThan(5000);
    const ended = new Promise(resolve => child.once('exit', resolve));
    expect(await Promise.race([ended, sleep(15_000, 'still there', { ref: false })])).toBe(0);
  });

  it('whose reader comes later is told how many lines it missed, and gets the last one', async () => {
    const child = spawn(process.execPath, [MUCH], { stdio: ['ignore', 'pipe', 'pipe'] });
    await child.stdout.take(1).toArray();
    const chunks = (await child.stderr.toArray()) as Buffer[];
    const lines = Buffer.concat(chunks)
      .toString()
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as { msg: string; dropped?: number });
    expect(lines.at(-1)!.msg).toBe('last');
    const missed = lines.at(-2)!;
    expect(missed.msg).toContain('were dropped');
    expect(lines.length - 2 + missed.dropped!).toBe(5000);
  });
});
