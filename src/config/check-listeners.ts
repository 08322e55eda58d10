/** Addresses the program listens on: no two may collide, and one that others can reach is worth a warning. */
import { isLoopback, overlap } from '../lib/listen/endpoint.ts';
import { findListenOptions, type ListenOption } from './listen-options.ts';
import { type Located, placeOf } from './located.ts';
import { formatPath, type ProblemList } from './problem.ts';
import type { ConfiguredComponent } from './sections.ts';

/** `components`: those in use, by section. Returns all addresses. */
export function checkListeners(
  components: readonly (readonly [section: string, component: ConfiguredComponent])[],
  root: Located,
  problems: ProblemList,
): readonly ListenOption[] {
  const seen: ListenOption[] = [];
  for (const one of findListenOptions(components)) {
    const at = placeOf(root, one.path);
    const rival = seen.find(other => overlap(other.endpoint, one.endpoint));
    if (rival !== undefined) {
      const message = `${one.text} is already taken by ${formatPath(rival.path)}; give one of the two another port`;
      problems.error(at, one.path, message);
    }
    for (const message of exposures(one)) problems.warn(at, one.path, message);
    seen.push(one);
  }
  return seen;
}

/** What others on the network could do with it. */
function exposures({ text, endpoint, asksForToken, asksForCertificate, hasTls }: ListenOption): readonly string[] {
  if (isLoopback(endpoint)) return [];
  const open = `${text} can be reached from other machines`;
  if (!asksForToken && !asksForCertificate) {
    return [`${open}, without authentication; set auth or tls.client_ca_file beside it, or listen on 127.0.0.1`];
  }
  if (asksForToken && !hasTls)
    return [`${open}, and tokens travel readable; set tls beside it, or listen on 127.0.0.1`];
  return [];
}
