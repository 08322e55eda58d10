/** A PostgreSQL server with logical decoding on a loopback port, from Debian's package. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { serverPorts } from './ports.ts';
import { isListening, type Service, serviceFolder, startService } from './process.ts';

const DEBIAN = '/usr/lib/postgresql';
const USER = 'postgres';

export interface Postgres extends Service {
  readonly url: string;
  readonly port: number;
}

/** The folder of its programs; undefined when it is not installed. */
export function findPostgres(): string | undefined {
  try {
    const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
    const folder = versions.map(version => join(DEBIAN, version, 'bin')).find(hasServer);
    if (folder !== undefined) return folder;
  } catch {}
  return process.env.PATH?.split(':').find(hasServer);
}

function hasServer(folder: string): boolean {
  try {
    return readdirSync(folder).includes('initdb');
  } catch {
    return false;
  }
}

export async function startPostgres(): Promise<Postgres> {
  const programs = findPostgres();
  if (programs === undefined) throw new Error('PostgreSQL is not installed');
  const folder = serviceFolder('postgres');
  const data = join(folder, 'data');
  const [port] = await serverPorts(1);
  // The server refuses to run as root.
  const user = process.getuid?.() === 0 ? USER : undefined;
  if (user !== undefined) {
    execFileSync('chown', [user, folder]);
    chmodSync(folder, 0o755);
  }
  const initdb = [join(programs, 'initdb'), '-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N'];
  const words = user === undefined ? initdb : ['runuser', '-u', user, '--', ...initdb];
  execFileSync(words[0]!, words.slice(1), { cwd: '/', stdio: 'pipe' });
  appendFileSync(join(data, 'postgresql.conf'), settings(port!).join('\n'));
  const service = await startService(
    {
      name: 'PostgreSQL',
      command: join(programs, 'postgres'),
      args: ['-D', data],
      user,
      // It does not wait for its clients to leave.
      stopSignal: 'SIGINT',
      startMs: 30_000,
      isReady: async output => output.includes('ready to accept connections') && (await isListening(port!)),
      isGone: async () => !(await isListening(port!)),
    },
    folder,
  );
  return { ...service, port: port!, url: `postgres://${USER}@127.0.0.1:${port}/postgres` };
}

function settings(port: number): readonly string[] {
  return [
    "listen_addresses = '127.0.0.1'",
    `port = ${port}`,
    "unix_socket_directories = ''",
    'wal_level = logical',
    'max_wal_senders = 8',
    'max_replication_slots = 8',
    'wal_sender_timeout = 0',
    'fsync = off',
    'shared_buffers = 32MB',
    '',
  ];
}
