/** A change as one line for people. */
import type { Change, EdgeWeights, NodeRef } from '../../contract/change.ts';
import { printable } from '../../query/formats/labels.ts';

const TYPE_WIDTH = 18;

export function changeLine(change: Change): string {
  const { time, type, severity, baseline } = change;
  const mark = severity === 'warning' ? '!' : ' ';
  const learned = baseline ? ' (baseline)' : '';
  return `${time} ${mark} ${type.padEnd(TYPE_WIDTH)} ${printable(subjectOf(change))}${weightsOf(change)}${learned}\n`;
}

function subjectOf({ node, edge, coupling, cycle, input, evidence }: Change): string {
  if (edge !== undefined) return `${nameOf(edge.source)} ${edge.kind} ${nameOf(edge.target)}`;
  if (node !== undefined) return `${node.kind} ${nameOf(node)}`;
  if (coupling !== undefined) return `${nameOf(coupling.source)} ~ ${nameOf(coupling.target)}`;
  if (cycle !== undefined) return cycle.nodes.join(' → ');
  if (input !== undefined)
    return `${input.family} of ${input.environment === '' ? 'no environment' : input.environment}`;
  return JSON.stringify(evidence);
}

function nameOf({ name, environment }: NodeRef): string {
  return environment === undefined ? name : `${name}@${environment}`;
}

/** Of `edge.changed`, what changed; of others, how often it was seen. */
function weightsOf({ type, before, after, evidence }: Change): string {
  const { metric, ratio } = evidence;
  if (type === 'edge.changed' && typeof ratio === 'number') return ` ${String(metric)} ×${rounded(ratio)}`;
  const weights = after ?? before;
  return weights === null ? '' : ` ${describe(weights)}`;
}

function describe({ count, errorRatio }: EdgeWeights): string {
  const errors = errorRatio > 0 ? `, ${rounded(errorRatio * 100)} % errors` : '';
  return `(${count}${errors})`;
}

function rounded(number: number): string {
  return String(Number(number.toPrecision(3)));
}
