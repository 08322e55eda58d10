/** A failed start in words: what is wrong, who holds each busy port where that can be known, and what would be right. */
import type { StartError } from '../contract/component.ts';
import type { BusyPort } from './busy-ports.ts';
import { findPortOwner } from './port-owner.ts';

/** `busy`: every port of the configuration that is taken; told where the failure is about one of them. */
export function describeStartFailure(error: StartError, busy: readonly BusyPort[]): string {
  const isBusy = busy.some(({ address }) => error.message.includes(address));
  const lines = [`cannot start: ${error.message}`];
  if (isBusy) lines.push(...busy.map(describeOwner), avoidBusy(busy));
  else if (error.hint !== undefined) lines.push(error.hint);
  return `${lines.join('\n  ')}\n`;
}

function describeOwner({ option, port }: BusyPort): string {
  const owner = findPortOwner(port);
  const what = owner === undefined ? 'is in use' : `is held by process ${owner.pid}: ${owner.command}`;
  return `${option}: port ${port} ${what}`;
}

function avoidBusy(busy: readonly BusyPort[]): string {
  const sets = busy.map(({ option, freeAddress }) => `--set ${option}=${freeAddress}`);
  return `use ${busy.length === 1 ? 'another port' : 'other ports'}: ${sets.join(' ')}`;
}
