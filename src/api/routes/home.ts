/** `/`: a plain page with counters and links, without scripts or anything from elsewhere. */
import type { FastifyInstance } from 'fastify';
import { NODE_KINDS } from '../../contract/graph-document.ts';
import type { GraphView } from '../../contract/graph-view.ts';
import type { ApiContext } from '../context.ts';

const LINKS = [
  ['/v1/graph', 'the graph as JSON'],
  ['/v1/graph?format=dot', 'as Graphviz'],
  ['/v1/graph?format=mermaid', 'as Mermaid'],
  ['/v1/doctor', 'what is missing, and why'],
  ['/v1/status', 'status'],
  ['/metrics', 'metrics'],
  ['/docs', 'the API'],
] as const;

export function homeRoute(app: FastifyInstance, { version, graph }: ApiContext): void {
  app.get('/', { schema: { hide: true } }, async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(homePage(version, await graph())),
  );
}

function homePage(version: string, view: GraphView | undefined): string {
  const rows = countersOf(view).map(([name, value]) => `<tr><td>${escaped(name)}</td><td>${value}</td></tr>`);
  const links = LINKS.map(([href, text]) => `<li><a href="${href}">${text}</a></li>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>tacit</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}td+td{text-align:right;padding-left:2rem}</style>
</head><body><h1>tacit ${escaped(version)}</h1>
<table>${rows.join('')}</table>
<ul>${links.join('')}</ul>
</body></html>
`;
}

function countersOf(view: GraphView | undefined): readonly (readonly [string, number])[] {
  if (view === undefined) return [];
  const kinds = Map.groupBy(view.nodeFacts, node => node.kind);
  const spans = Object.entries(view.stats.spans).filter(([name, count]) => name === 'received' || count > 0);
  return [
    ...NODE_KINDS.map(kind => [`${kind} nodes`, kinds.get(kind)?.length ?? 0] as const),
    ['edges', view.edgeSource.length],
    ...spans.map(([fate, count]) => [`spans ${fate}`, count] as const),
  ];
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
