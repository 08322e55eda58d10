/** A failed start in words: what is wrong, who holds a busy port where that can be known, and what would be right. */
import type { StartError } from '../contract/component.ts';
import { findPortOwner } from './port-owner.ts';

export function describeStartFailure(error: StartError): string {
  const lines = [`cannot start: ${error.message}`];
  const owner = busyPortOwner(error);
  if (owner !== undefined) lines.push(owner);
  if (error.hint !== undefined) lines.push(error.hint);
  return `${lines.join('\n  ')}\n`;
}

/** The address stands in the message; a bind that failed for another reason finds no listener. */
function busyPortOwner({ message }: StartError): string | undefined {
  const port = Number(/:(\d{1,5})(?![\w\].]|:\w)/.exec(message)?.[1] ?? 0);
  const owner = port === 0 ? undefined : findPortOwner(port);
  return owner === undefined ? undefined : `port ${port} is held by process ${owner.pid}: ${owner.command}`;
}
