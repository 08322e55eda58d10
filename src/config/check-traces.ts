/** Self-tracing must have somewhere to go, with files that can be used, and that must not be the program itself. */

import { readClientTls } from '../lib/client-tls.ts';
import type { TracesConfig } from '../telemetry/tracing/options.ts';
import type { ListenOption } from './listen-options.ts';
import { type Located, placeOf } from './located.ts';
import { isHttpUrl, ownListener } from './own-listener.ts';
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
  if (!isHttpUrl(config.endpoint)) {
    problems.error(at, PATH, `'${config.endpoint}' is no URL; write http://host:port, such as http://127.0.0.1:4318`);
    return;
  }
  checkTls(config, root, problems);
  const own = ownListener(config.endpoint, listeners);
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
