/**
 * Who listens on a TCP port of this machine, from /proc where there is one. Best effort: processes of other users hide
 * their sockets, and then only the port is known to be taken.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

export interface PortOwner {
  readonly pid: number;
  /** The command line, shortened: without the program's folder, and cut. */
  readonly command: string;
}

const LISTEN = '0A';
const MAX_COMMAND = 80;

export function findPortOwner(port: number): PortOwner | undefined {
  const inodes = new Set([...listeningInodes('/proc/net/tcp', port), ...listeningInodes('/proc/net/tcp6', port)]);
  if (inodes.size === 0) return undefined;
  for (const entry of listDirectory('/proc')) {
    if (/^\d+$/.test(entry) && holdsSocket(entry, inodes)) return { pid: Number(entry), command: commandOf(entry) };
  }
  return undefined;
}

/** Columns of /proc/net/tcp: slot, local address:port (hex), remote, state, …, inode as the tenth. */
function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readText(table)
    .split('\n')
    .slice(1)
    .map(line => line.trim().split(/\s+/));
  return rows.filter(row => row[1]?.endsWith(suffix) && row[3] === LISTEN).map(row => row[9] ?? '');
}

function holdsSocket(pid: string, inodes: ReadonlySet<string>): boolean {
  return listDirectory(`/proc/${pid}/fd`).some(fd => {
    const match = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${pid}/fd/${fd}`));
    return match !== null && inodes.has(match[1]!);
  });
}

function commandOf(pid: string): string {
  const [program = '', ...args] = readText(`/proc/${pid}/cmdline`).split('\0');
  const line = [basename(program), ...args].join(' ').trim() || readText(`/proc/${pid}/comm`).trim();
  return line.length <= MAX_COMMAND ? line : `${line.slice(0, MAX_COMMAND - 1)}…`;
}

/** A process may end, or be another user's, at any moment: what cannot be read counts as empty. */
function orElse<T>(fallback: T, read: () => T): T {
  try {
    return read();
  } catch {
    return fallback;
  }
}

const readText = (path: string): string => orElse('', () => readFileSync(path, 'utf8'));
const listDirectory = (path: string): readonly string[] => orElse([], () => readdirSync(path));
const readLink = (path: string): string => orElse('', () => readlinkSync(path));
