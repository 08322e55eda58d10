/** A graph as a table for people: one line per edge, columns aligned, names made printable. */
import type { Edge } from '../../contract/graph-document.ts';
import { labelsOf } from '../../query/formats/labels.ts';
import type { GraphParts } from '../../query/select.ts';

const HEADER = ['SOURCE', 'KIND', 'TARGET', 'COUNT', 'ERRORS', 'P95', 'STATE'];
const RIGHT_ALIGNED = new Set(['COUNT', 'ERRORS', 'P95']);

/** Lines with their line ends, the header first. P95 is the caller's where it is known, else the callee's. */
export function graphToTable(graph: GraphParts): string {
  const labels = labelsOf(graph.nodes);
  const rows = graph.edges.map(edge => rowOf(edge, labels));
  const widths = HEADER.map((title, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]!.length), title.length),
  );
  return [HEADER, ...rows].map(row => `${alignRow(row, widths)}\n`).join('');
}

function rowOf(edge: Edge, labels: ReadonlyMap<string, string>): readonly string[] {
  const latency = edge.latency?.client ?? edge.latency?.server;
  return [
    labels.get(edge.source) ?? edge.source,
    edge.kind,
    labels.get(edge.target) ?? edge.target,
    String(edge.count),
    String(edge.errors),
    latency === undefined ? '-' : durationText(latency.p95),
    edge.state,
  ];
}

function alignRow(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((cell, column) =>
    RIGHT_ALIGNED.has(HEADER[column]!) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
  );
  return cells.join('  ').trimEnd();
}

/** Seconds → three digits with the unit that suits: `830µs`, `12.5ms`, `1.2s`. */
function durationText(seconds: number): string {
  if (seconds >= 1) return `${Number(seconds.toPrecision(3))}s`;
  if (seconds >= 0.001) return `${Number((seconds * 1e3).toPrecision(3))}ms`;
  return `${Number((seconds * 1e6).toPrecision(3))}µs`;
}
