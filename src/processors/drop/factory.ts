/** The `drop` processor: spans that meet a rule are filtered out; the others pass unchanged. */
import type { Processor, ProcessorFactory, Settings } from '../../contract/component.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { SPANS_DROPPED } from '../../telemetry/metrics/processors.ts';
import { checkDropConfig, type DropConfig, dropConfig } from './config.ts';
import { compileRules } from './predicate.ts';

export const dropFactory: ProcessorFactory<DropConfig> = {
  kind: 'processor',
  type: 'drop',
  description:
    'Drops spans by attribute, resource, name or kind. Older and newer names of one attribute count as the same; numbers and their texts are equal.',
  signals: ['traces'],
  config: dropConfig,
  check: checkDropConfig,
  create: createDrop,
};

function createDrop({ id, host }: Settings, { spans: rules }: DropConfig): Processor {
  let drops: (view: SpanView) => boolean = () => false;
  let dropped = 0;
  host.metrics(() => [SPANS_DROPPED.sample(dropped, { processor: id })]);
  return {
    start: () => {},
    stop: () => {},
    extraAttributes: () => ({
      span: rules.flatMap(rule => rule.attribute ?? []),
      resource: rules.flatMap(rule => rule.resource ?? []),
    }),
    bindSlots: slots => {
      drops = compileRules(rules, slots);
    },
    keepSpan: view => {
      if (!drops(view)) return true;
      dropped++;
      return false;
    },
  };
}
