/** Which running components hold an address that a new one needs. */

import { findListenOptions } from '../../config/listen-options.ts';
import { overlap } from '../../lib/listen/endpoint.ts';
import type { BuiltComponent } from '../build.ts';

export function blockedBy(wanting: BuiltComponent, running: readonly BuiltComponent[]): readonly BuiltComponent[] {
  const wanted = endpointsOf(wanting);
  return running.filter(one => endpointsOf(one).some(held => wanted.some(endpoint => overlap(held, endpoint))));
}

function endpointsOf({ section, configured }: BuiltComponent) {
  return findListenOptions([[section, configured]]).map(({ endpoint }) => endpoint);
}
