/** The rows of panels → the JSON that Grafana imports (schema 39, Grafana 10 and newer). */
import { type Panel, ROWS } from './panels.ts';

const SELECTION = 'job=~"$job",instance=~"$instance"';
const DATASOURCE = { type: 'prometheus', uid: '$datasource' };
const WIDTH = 24;
const SIZES = { stat: { w: 6, h: 4 }, timeseries: { w: 12, h: 8 } } as const;

export function dashboardJson(): string {
  return `${JSON.stringify(dashboard(), null, 2)}\n`;
}

function dashboard(): object {
  return {
    uid: 'tacit',
    title: 'tacit',
    description: 'How tacit itself does: what it takes in, what becomes of it, what that costs.',
    tags: ['tacit'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
        variable('job', 'Job', 'label_values(tacit_build_info, job)'),
        variable('instance', 'Instance', 'label_values(tacit_build_info{job=~"$job"}, instance)'),
      ],
    },
    panels: layOut(),
  };
}

function variable(name: string, label: string, query: string): object {
  return {
    name,
    label,
    type: 'query',
    datasource: DATASOURCE,
    query: { query, refId: name },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    current: { text: 'All', value: '$__all' },
  };
}

/** From left to right, a new line where the next panel finds no room. */
function layOut(): object[] {
  const panels: object[] = [];
  let y = 0;
  for (const row of ROWS) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: WIDTH, h: 1 },
    });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of row.panels) {
      const { w, h } = SIZES[panel.type];
      if (x + w > WIDTH) {
        x = 0;
        y += height;
        height = 0;
      }
      panels.push({ id: panels.length + 1, ...panelJson(panel), gridPos: { x, y, w, h } });
      x += w;
      height = Math.max(height, h);
    }
    y += height;
  }
  return panels;
}

function panelJson({ title, description, type, unit, queries, stacked }: Panel): object {
  const custom = {
    fillOpacity: 10,
    showPoints: 'never',
    ...(stacked === true ? { stacking: { mode: 'normal' } } : {}),
  };
  return {
    type,
    title,
    description,
    datasource: DATASOURCE,
    fieldConfig: {
      defaults: { unit, ...(type === 'timeseries' ? { min: 0, custom } : {}) },
      overrides: [],
    },
    ...(title === 'Version' ? { options: { textMode: 'name' } } : {}),
    targets: queries.map(({ expr, legend }, i) => ({
      refId: String.fromCharCode(65 + i),
      datasource: DATASOURCE,
      expr: expr.replaceAll('$sel', SELECTION),
      legendFormat: legend,
    })),
  };
}
