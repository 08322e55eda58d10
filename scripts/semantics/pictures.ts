/** The pictures of docs/semantics.md: what came, as a tree of spans, and the graph that the program makes of it. */
import { decodeTracesJson } from '../../src/encodings/otlp/traces-json.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { mermaidLines } from '../../src/query/formats/mermaid.ts';
import { offlineOptions } from '../../src/service/analyze/options.ts';
import { Topology } from '../../src/service/topology/topology.ts';
import { EXAMPLES, type Example, type ExampleSpan } from './examples.ts';

const KINDS = { I: 1, S: 2, C: 3, P: 4, Q: 5 } as const;
const BEGIN_MS = Date.UTC(2026, 0, 1);
const SMALL = { maxPending: 1000, maxLate: 1000, maxSeen: 1000 };

/** Name → Markdown. */
export function pictures(): ReadonlyMap<string, string> {
  return new Map(Object.entries(EXAMPLES).map(([name, example]) => [name, pictureOf(example)]));
}

function pictureOf(example: Example): string {
  const tree = example.map(root => treeLines(root, '', '').join('\n')).join('\n\n');
  return `\`\`\`text\n${tree}\n\`\`\`\n\n\`\`\`mermaid\n${graphOf(example)}\`\`\``;
}

function treeLines({ as, service, note, children = [] }: ExampleSpan, lead: string, rest: string): string[] {
  const told = `${lead}${as}(${service === '' ? 'no name' : service})${note === undefined ? '' : `   ${note}`}`;
  const below = children.flatMap((child, i) => {
    const isLast = i === children.length - 1;
    return treeLines(child, `${rest}${isLast ? '└ ' : '├ '}`, `${rest}${isLast ? '  ' : '│ '}`);
  });
  return [told, ...below];
}

function graphOf(example: Example): string {
  const { options, problems } = offlineOptions({ files: [], sets: [] }, {});
  if (options === undefined) throw new Error(problems.join('\n'));
  const topology = new Topology({ ...options, ...SMALL }, { now: () => BEGIN_MS + 60_000 }, true);
  topology.sink.begin();
  decodeTracesJson(Buffer.from(JSON.stringify(requestOf(example))), createSpanView(), topology.sink);
  topology.sink.commit();
  topology.finish();
  return [...mermaidLines(topology.view())].join('');
}

const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');

function requestOf(example: Example): object {
  const resourceSpans: object[] = [];
  const named = new Map<string, { traceId: string; spanId: string }>();
  let spans = 0;
  const add = (span: ExampleSpan, trace: number, parent: number): void => {
    const id = ++spans;
    const ids = { traceId: hex(trace, 32), spanId: hex(id, 16) };
    if (span.name !== undefined) named.set(span.name, ids);
    const attributes = Object.entries(span.attributes ?? {}).map(([key, value]) => ({
      key,
      value: typeof value === 'string' ? { stringValue: value } : { intValue: value },
    }));
    const links = (span.links ?? []).map(name => named.get(name));
    const startMs = BEGIN_MS + id;
    const time = { startTimeUnixNano: `${startMs}000000`, endTimeUnixNano: `${startMs + 100 - id}000000` };
    const parentSpanId = parent === 0 ? '' : hex(parent, 16);
    const own = { ...ids, parentSpanId, name: span.as, kind: KINDS[span.as], attributes, links, ...time };
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: span.service } }] };
    resourceSpans.push({ resource, scopeSpans: [{ spans: [own] }] });
    for (const child of span.children ?? []) add(child, trace, id);
  };
  example.forEach((root, i) => {
    add(root, i + 1, 0);
  });
  return { resourceSpans };
}
