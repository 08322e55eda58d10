/** Looks at every address of a configuration after a failed start: which ports are taken, and what is free instead. */
import { createServer } from 'node:net';
import { findListenOptions } from '../config/listen-options.ts';
import type { Config } from '../config/load.ts';
import { formatPath } from '../config/problem.ts';
import type { Endpoint } from '../lib/listen/endpoint.ts';

export interface BusyPort {
  /** As in `--set`: `receivers.otlp.protocols.http.endpoint`. */
  readonly option: string;
  /** As configured. */
  readonly address: string;
  readonly port: number;
  /** The same host with a port that nobody has, or 0 (any) where none was found. */
  readonly freeAddress: string;
}

const STEP = 1000;
const HIGHEST_PORT = 65_535;

/** Nothing of the configuration may be listening any more. */
export async function findBusyPorts(config: Config): Promise<readonly BusyPort[]> {
  const options = findListenOptions(componentsInUse(config));
  const reserved = new Set(options.map(({ endpoint }) => endpoint.port));
  const busy: BusyPort[] = [];
  for (const { path, text, endpoint } of options) {
    if (!(await isTaken(endpoint))) continue;
    const free = await findFreePort(endpoint, reserved);
    reserved.add(free);
    const freeAddress = `${text.slice(0, text.lastIndexOf(':'))}:${free}`;
    busy.push({ option: formatPath(path), address: text, port: endpoint.port, freeAddress });
  }
  return busy;
}

function componentsInUse({ service, receivers, extensions }: Config) {
  const receiverIds = new Set(Object.values(service.pipelines).flatMap(pipeline => pipeline.receivers));
  return [
    ...[...receiverIds].flatMap(id => receivers.get(id) ?? []).map(one => ['receivers', one] as const),
    ...service.extensions.flatMap(id => extensions.get(id) ?? []).map(one => ['extensions', one] as const),
  ];
}

async function findFreePort({ host, port: from }: Endpoint, reserved: ReadonlySet<number>): Promise<number> {
  for (let port = from + STEP; port <= HIGHEST_PORT; port += STEP) {
    if (!reserved.has(port) && !(await isTaken({ host, port }))) return port;
  }
  return 0;
}

/** An address that cannot be had for another reason is not taken. */
function isTaken({ host, port }: Endpoint): Promise<boolean> {
  const server = createServer();
  return new Promise(resolve => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    server.listen({ port, ...(host === '' ? {} : { host }) }, () => server.close(() => resolve(false)));
  });
}
