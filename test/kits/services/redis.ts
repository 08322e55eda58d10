/** A Redis server on a loopback port, from Debian's package. */
import { serverPorts } from './ports.ts';
import { isListening, type Service, serviceFolder, startService } from './process.ts';

export interface Redis extends Service {
  readonly url: string;
}

export async function startRedis(): Promise<Redis> {
  const folder = serviceFolder('redis');
  const [port] = await serverPorts(1);
  const settings = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--save',
    '',
  ];
  const service = await startService(
    {
      name: 'Redis',
      command: 'redis-server',
      args: settings,
      stopSignal: 'SIGTERM',
      startMs: 20_000,
      isReady: () => isListening(port!),
    },
    folder,
  );
  return { ...service, url: `redis://127.0.0.1:${port}` };
}
