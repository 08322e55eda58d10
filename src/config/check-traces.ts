/** Self-tracing must have somewhere to go, with files that can be used, and that must not be the program itself. */

import { readClientTls } from '../lib/client-tls.ts';
import { type Endpoint, isLoopback, isWildcard } from '../lib/listen/endpoint.ts';
import type { TracesConfig } from '../telemetry/tracing/options.ts';
import type { ListenOption } from './listen-options.ts';
import { type Located, placeOf } from './located.ts';
import { formatPath, type ProblemList } from './problem.ts';

const TRACES = ['service', 'telemetry', 'traces'];
const PATH = [...TRACES, 'endpoint'];
const TLS = [...TRACES, 'tls'];

export function checkTraces(
  config: TracesConfig,
  listeners: readonly ListenOption[],
  root: Located,
  problems: ProblemList,
): void {
  if (config.endpoint === undefined) return;
  const at = placeOf(root, PATH);
  const target = addressOf(config.endpoint);
  if (target === undefined) {
    problems.error(at, PATH, `'${config.endpoint}' is no URL; write http://host:port, such as http://127.0.0.1:4318`);
    return;
  }
  checkTls(config, root, problems);
  const own = listeners.find(({ endpoint }) => reaches(target, endpoint));
  if (own === undefined) return;
  const message = `${config.endpoint} is where the program itself listens (${formatPath(own.path)}), and spans about spans would never end; name another receiver`;
  problems.error(at, PATH, message);
}

function checkTls({ endpoint, tls }: TracesConfig, root: Located, problems: ProblemList): void {
  if (tls === undefined) return;
  if (!endpoint!.startsWith('https:')) {
    problems.error(placeOf(root, TLS), TLS, `${endpoint} is sent to without TLS; write https://, or leave tls out`);
  }
  for (const { key, message } of readClientTls(tls).problems) {
    const path = [...TLS, key];
    problems.error(placeOf(root, path), path, message);
  }
}

function addressOf(text: string): Endpoint | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  const standard = protocol === 'https:' ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? standard : Number(port) };
}

/** As far as names tell: any address of this machine but its loopback ones may be another's. */
function reaches(target: Endpoint, listener: Endpoint): boolean {
  if (target.port !== listener.port) return false;
  if (target.host === listener.host) return true;
  return isLoopback(target) && (isLoopback(listener) || isWildcard(listener));
}
