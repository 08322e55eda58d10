/** The dashboard and the alerts ask for what there is: metrics and labels of the one list, in expressions that hold. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { dashboardJson } from '../../scripts/dashboard/dashboard.ts';
import { METRICS } from '../../src/telemetry/metrics/list.ts';
import { processMetricRows } from '../../src/telemetry/process-metrics.ts';

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly type: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

const FOLDER = fileURLToPath(new URL('../../docs/dashboards/', import.meta.url));
const dashboard = JSON.parse(dashboardJson()) as Dashboard;
const rules = (parse(readFileSync(`${FOLDER}alerts.yaml`, 'utf8')) as Rules).groups.flatMap(group => group.rules);
const metrics = new Map([...METRICS, ...processMetricRows()].map(one => [one.name, one]));

/** What an expression asks for that is not there. */
function unknownIn(expr: string): string[] {
  const asked = expr.matchAll(/\b(tacit_[a-z0-9_]+)(?:\{([^}]*)\})?/g);
  return Array.from(asked).flatMap(([, name, selectors = '']) => {
    const bare = metrics.has(name!) ? name! : name!.replace(/_(bucket|sum|count)$/, '');
    const metric = metrics.get(bare);
    if (metric === undefined || (bare !== name && metric.type !== 'histogram')) return [name!];
    const labels = Array.from(selectors.matchAll(/([a-z_]+)(?:=~|!=|!~|=)/g), match => match[1]!);
    return labels
      .filter(label => !['job', 'instance', ...metric.labels].includes(label))
      .map(label => `${name}{${label}}`);
  });
}

describe('docs/dashboards/tacit.json', () => {
  test('is up to date (npm run generate)', () => {
    expect(readFileSync(`${FOLDER}tacit.json`, 'utf8')).toBe(dashboardJson());
  });

  test('asks for metrics and labels that there are', () => {
    const exprs = dashboard.panels.flatMap(({ targets = [] }) => targets.map(target => target.expr));
    expect(exprs.length).toBeGreaterThan(30);
    expect(exprs.flatMap(unknownIn)).toEqual([]);
    expect(unknownIn('rate(tacit_nothing_total{job="a"}[1m]) + tacit_ready{colour="b"}')).toEqual([
      'tacit_nothing_total',
      'tacit_ready{colour}',
    ]);
  });

  test('shows in its legends labels that its expressions keep', () => {
    for (const { title, targets = [] } of dashboard.panels) {
      for (const { expr, legendFormat } of targets) {
        const kept = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(/,\s*/);
        const shown = Array.from(legendFormat.matchAll(/\{\{(\w+)\}\}/g), match => match[1]!);
        if (kept !== undefined)
          expect({ title, lost: shown.filter(label => !kept.includes(label)) }).toEqual({ title, lost: [] });
      }
    }
  });

  test('has panels that do not lie over each other', () => {
    const places = dashboard.panels.map(({ gridPos }) => gridPos);
    const over = places.flatMap((a, i) =>
      places.slice(i + 1).filter(b => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h),
    );
    expect(over).toEqual([]);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});

describe('docs/dashboards/alerts.yaml', () => {
  test('asks for metrics and labels that there are', () => {
    expect(rules.length).toBeGreaterThan(5);
    expect(rules.flatMap(({ expr }) => unknownIn(expr))).toEqual([]);
  });

  test('is to the liking of promtool, where there is one', context => {
    const { status, stdout, error } = spawnSync('promtool', ['check', 'rules', `${FOLDER}alerts.yaml`], {
      encoding: 'utf8',
    });
    if (error !== undefined) return context.skip('promtool is not installed');
    expect(stdout).toContain('SUCCESS');
    expect(status).toBe(0);
  });
});
