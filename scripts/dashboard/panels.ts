/** What the Grafana dashboard of tacit shows: rows of panels, each with its queries. `$sel` stands for the chosen instances. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  readonly description: string;
  readonly type: 'stat' | 'timeseries';
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly stacked?: boolean;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const stat = (title: string, unit: string, description: string, expr: string, legend = '{{instance}}'): Panel => ({
  title,
  description,
  type: 'stat',
  unit,
  queries: [{ expr, legend }],
});
const series = (title: string, unit: string, description: string, ...queries: readonly [string, string][]): Panel => ({
  title,
  description,
  type: 'timeseries',
  unit,
  queries: queries.map(([expr, legend]) => ({ expr, legend })),
});
const stacked = (...args: Parameters<typeof series>): Panel => ({ ...series(...args), stacked: true });
const rate = (metric: string, selectors = '') => `rate(${metric}{$sel${selectors}}[$__rate_interval])`;
const quantile = (q: number, metric: string, by: string) =>
  `histogram_quantile(${q}, sum by (le, ${by}) (${rate(`${metric}_bucket`)}))`;

export const ROWS: readonly Row[] = [
  {
    title: 'Health',
    panels: [
      stat('Ready', 'none', '1 while data is taken.', 'tacit_ready{$sel}'),
      stat('Version', 'none', 'What runs where.', 'tacit_build_info{$sel}', '{{version}}'),
      stat('Up for', 's', 'Since the last start.', 'time() - tacit_start_time_seconds{$sel}'),
      stat(
        'Last reload',
        'none',
        '0: refused or failed, the log says why.',
        'tacit_config_last_reload_successful{$sel}',
      ),
      series('Warnings and errors', 'short', 'Lines of the log a second.', [
        `sum by (level) (${rate('tacit_log_lines_total', ',level=~"warn|error"')})`,
        '{{level}}',
      ]),
      series(
        'Lost telemetry of its own',
        'short',
        'Lines of the log nobody read, and own spans that could not be sent.',
        [`sum(${rate('tacit_log_lines_dropped_total')})`, 'lines of the log'],
        [`sum by (outcome) (${rate('tacit_self_trace_spans_total', ',outcome!="sent"')})`, 'own spans: {{outcome}}'],
      ),
    ],
  },
  {
    title: 'Ingest',
    panels: [
      series('Spans', 'cps', 'Spans taken in a second.', [
        `sum by (instance) (${rate('tacit_spans_received_total')})`,
        '{{instance}}',
      ]),
      stacked('Requests by outcome', 'reqps', 'All but `accepted` deserve a look at the log.', [
        `sum by (protocol, outcome) (${rate('tacit_otlp_requests_total')})`,
        '{{protocol}} {{outcome}}',
      ]),
      series(
        'Time to the answer',
        's',
        'From the head of a request to its answer.',
        [quantile(0.5, 'tacit_otlp_request_duration_seconds', 'protocol'), '{{protocol}} p50'],
        [quantile(0.99, 'tacit_otlp_request_duration_seconds', 'protocol'), '{{protocol}} p99'],
      ),
      series(
        'Refused',
        'reqps',
        'Asked to come again: too much at once, or memory was short.',
        [`sum(${rate('tacit_otlp_requests_total', ',outcome="refused"')}) or vector(0)`, 'requests'],
        [`sum(${rate('tacit_memory_limiter_refused_requests_total')})`, 'for memory'],
      ),
      series('Bytes', 'Bps', 'Of requests, decompressed.', [
        `sum by (protocol) (${rate('tacit_otlp_request_bytes_total')})`,
        '{{protocol}}',
      ]),
      series('Malformed', 'reqps', 'Requests that could not be read, by reason.', [
        `sum by (reason) (${rate('tacit_otlp_malformed_requests_total')})`,
        '{{reason}}',
      ]),
      series('Wait for a turn', 's', 'How long what comes in now waits; beyond `max_wait` it is refused.', [
        'max by (instance, receiver) (tacit_otlp_wait_seconds{$sel})',
        '{{instance}} {{receiver}}',
      ]),
      series(
        'Connections',
        'short',
        'Open ones, and as many as there may be.',
        ['sum by (protocol) (tacit_otlp_connections{$sel})', '{{protocol}}'],
        ['sum by (protocol) (tacit_otlp_connections_limit{$sel})', '{{protocol}} limit'],
      ),
    ],
  },
  {
    title: 'Correlation',
    panels: [
      stacked('Spans by fate', 'short', 'What became of all spans so far.', [
        'sum by (fate) (tacit_spans{$sel})',
        '{{fate}}',
      ]),
      series('Memories: how full', 'percentunit', 'At 1 the oldest entries are given up before their time.', [
        'max by (tier) (tacit_correlation_entries{$sel} / tacit_correlation_limit_entries{$sel})',
        '{{tier}}',
      ]),
      series('Memories: how far back', 's', 'A late partner is found within this time.', [
        'min by (tier) (tacit_correlation_horizon_seconds{$sel})',
        '{{tier}}',
      ]),
      series('Given up early', 'cps', 'Entries that had to make room.', [
        `sum by (tier) (${rate('tacit_correlation_evicted_total')})`,
        '{{tier}}',
      ]),
    ],
  },
  {
    title: 'Graph',
    panels: [
      series(
        'Nodes',
        'short',
        'Held, and as many as there may be.',
        ['tacit_graph_nodes{$sel}', '{{instance}}'],
        ['tacit_graph_limit_nodes{$sel}', '{{instance}} limit'],
      ),
      series(
        'Edges',
        'short',
        'Held, and as many as there may be.',
        ['tacit_graph_edges{$sel}', '{{instance}}'],
        ['tacit_graph_limit_edges{$sel}', '{{instance}} limit'],
      ),
    ],
  },
  {
    title: 'Process',
    panels: [
      series('CPU', 'short', 'Cores used.', [rate('tacit_process_cpu_seconds_total'), '{{instance}}']),
      series(
        'Memory',
        'bytes',
        'Resident, and where requests begin to be refused.',
        ['tacit_process_resident_memory_bytes{$sel}', '{{instance}} resident'],
        ['tacit_nodejs_heap_size_used_bytes{$sel}', '{{instance}} heap'],
        ['tacit_memory_limiter_limit_bytes{$sel}', '{{instance}} {{processor}} limit'],
      ),
      series(
        'Event loop delay',
        's',
        'Of the thread that takes spans in.',
        ['tacit_nodejs_eventloop_lag_p99_seconds{$sel}', '{{instance}} p99'],
        ['tacit_nodejs_eventloop_lag_max_seconds{$sel}', '{{instance}} max'],
      ),
      series('Garbage collection', 'percentunit', 'Share of the time.', [
        `sum by (instance, kind) (${rate('tacit_nodejs_gc_duration_seconds_sum')})`,
        '{{instance}} {{kind}}',
      ]),
    ],
  },
  {
    title: 'API',
    panels: [
      stacked('Answers', 'reqps', 'By route and status.', [
        `sum by (route, code) (${rate('tacit_http_api_requests_total')})`,
        '{{route}} {{code}}',
      ]),
      series('Time to the answer, p99', 's', 'By route.', [
        quantile(0.99, 'tacit_http_api_request_duration_seconds', 'route'),
        '{{route}}',
      ]),
      series('Connections', 'short', 'Open ones.', ['tacit_http_api_connections{$sel}', '{{instance}}']),
      stat('Restarts', 'none', 'Of the thread of the API; the log says why.', 'tacit_http_api_restarts_total{$sel}'),
    ],
  },
];
