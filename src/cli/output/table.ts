/** A graph as a table for people: one line per edge, columns aligned, names made printable. */
import type { Edge } from '../../contract/graph-document.ts';
import { labelsOf } from '../../query/formats/labels.ts';
import type { GraphParts } from '../../query/select.ts';

const HEADER = ['SOURCE', 'KIND', 'TARGET', 'COUNT', 'ERRORS', 'P95', 'STATE'];

/** Lines with their line ends, the header first. P95 is the caller's where it is known, else the callee's. */
export function graphToTable(graph: GraphParts): string {
  const labels = labelsOf(graph.nodes);
  const rows = graph.edges.map(edge => rowOf(edge, labels));
  return alignTable(HEADER, rows, ['COUNT', 'ERRORS', 'P95']);
}

/** @param numbers titles of the columns that are aligned to the right. */
export function alignTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly string[],
): string {
  const widths = header.map((title, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]!.length), title.length),
  );
  const isRight = header.map(title => numbers.includes(title));
  return [header, ...rows].map(row => `${alignRow(row, widths, isRight)}\n`).join('');
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

function alignRow(row: readonly string[], widths: readonly number[], isRight: readonly boolean[]): string {
  const cells = row.map((cell, column) =>
    isRight[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
  );
  return cells.join('  ').trimEnd();
}

/** Seconds → three digits with the unit that suits: `830µs`, `12.5ms`, `1.2s`. */
export function durationText(seconds: number): string {
  if (seconds >= 1) return `${Number(seconds.toPrecision(3))}s`;
  if (seconds >= 0.001) return `${Number((seconds * 1e3).toPrecision(3))}ms`;
  return `${Number((seconds * 1e6).toPrecision(3))}µs`;
}
