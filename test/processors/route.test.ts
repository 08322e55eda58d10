import { describe, expect, it } from 'vitest';
import { checkRoute, type RouteRule } from '../../src/processors/route/config.ts';
import { compileRoute } from '../../src/processors/route/factory.ts';
import { changeOf, serviceRef } from '../kits/changes.ts';

const edge = {
  ...({ id: 'e', key: 'e', kind: 'calls' } as const),
  ...{ source: serviceRef('shop', 'prod'), target: serviceRef('payment-eu', 'prod') },
} as const;
const gone = changeOf(1, 'edge.gone', { severity: 'warning', edge });
const silent = changeOf(2, 'input.silent', { severity: 'warning', input: { environment: '', family: 'spans' } });

const passes = (...keep: readonly RouteRule[]) => [gone, silent].map(compileRoute(keep));

describe('a route', () => {
  it('lets everything pass without a rule', () => expect(passes()).toEqual([true, true]));

  it('lets pass what meets all conditions of any rule', () => {
    expect(passes({ type: ['edge.gone'] })).toEqual([true, false]);
    expect(passes({ severity: ['warning'] })).toEqual([true, true]);
    expect(passes({ severity: ['warning'], kind: ['calls'] })).toEqual([true, false]);
    expect(passes({ kind: ['topic'] }, { type: ['input.silent'] })).toEqual([false, true]);
  });

  it('knows nodes by id, key and name, and by expressions', () => {
    expect(passes({ node: ['shop'] })).toEqual([true, false]);
    expect(passes({ service: ['/^payment-/'] })).toEqual([true, false]);
    expect(passes({ service: ['payment'] })).toEqual([false, false]);
    expect(passes({ node: ['service:shop@prod'] })).toEqual([true, false]);
  });

  it('knows environments, and that there is none', () => {
    expect(passes({ env: ['prod'] })).toEqual([true, false]);
    expect(passes({ env: ['~'] })).toEqual([false, true]);
  });

  it('wants rules that say something', () => {
    const keep = [{}, { node: ['/(/'] }, { type: ['edge.gone' as const] }];
    expect(checkRoute({ keep }).map(({ path }) => path.join('.'))).toEqual(['keep.0', 'keep.1.node.0']);
  });
});
