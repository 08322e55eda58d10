/** Options of the life of nodes and edges, and the numbers it works with. */
import { type Static, Type } from 'typebox';
import type { LifeCycleSettings } from '../../contract/life-cycle.ts';
import { liveDuration, optionGroup } from '../../lib/options.ts';
import { parseDuration } from '../../lib/units.ts';

/** Edges whose days are remembered, at most. */
export const MAX_PROFILES = 50_000;

export const lifecycleOptions = optionGroup(
  {
    learn: liveDuration(
      '24h',
      '0s',
      '30d',
      'After the first data of an environment, its changes are `baseline` for so long: they are in the log, and exporters leave them out.',
    ),
    confirm: Type.Integer({
      default: 1,
      minimum: 1,
      maximum: 1000,
      'x-reload': 'live',
      description: 'Interactions after which a new edge is told.',
    }),
    fade_after: liveDuration(
      '1h',
      '1m',
      '30d',
      'An edge that was not seen for so long fades, and one that is regularly rare after three times its mean interval. Time in which its input was silent, or tacit was down, does not count.',
    ),
    gone_after: liveDuration(
      '24h',
      '1m',
      '30d',
      'After so long it is gone, or after six times its mean interval; one that was seen only a few times after twice as long. Longer than `fade_after`.',
    ),
    quiet_period: liveDuration(
      '10m',
      '0s',
      '24h',
      'After a change of an edge or node was told, further ones wait for so long, and only what it has become by then is told.',
    ),
    judge: Type.Boolean({
      default: true,
      'x-reload': 'live',
      description: 'Edges are judged by their own days, for `edge.changed`: rate, errors and latency.',
    }),
    max_profiles: Type.Integer({
      default: MAX_PROFILES,
      minimum: 0,
      maximum: 1_000_000,
      description: 'Edges whose days are remembered for that, at most, about 500 bytes each; those that come first.',
    }),
    silent_after: liveDuration(
      '5m',
      '1m',
      '24h',
      'Without any data of an environment for so long, or for eight times its usual gap, its input is silent: nothing that it feeds fades meanwhile.',
    ),
  },
  'When nodes and edges appear, fade and are gone.',
);

type LifecycleConfig = Static<typeof lifecycleOptions>;

export function lifecycleSettings(config: LifecycleConfig, halfLifeMs: number): LifeCycleSettings {
  return {
    learnMs: parseDuration(config.learn),
    confirm: config.confirm,
    fadeAfterMs: parseDuration(config.fade_after),
    goneAfterMs: parseDuration(config.gone_after),
    quietMs: parseDuration(config.quiet_period),
    silentAfterMs: parseDuration(config.silent_after),
    halfLifeMs,
    judge: config.judge,
  };
}

export function checkLifecycle({ fade_after, gone_after }: LifecycleConfig) {
  if (parseDuration(gone_after) > parseDuration(fade_after)) return [];
  const message = `must be longer than fade_after (${fade_after}): what is gone has faded before`;
  return [{ path: ['gone_after'], message }];
}
