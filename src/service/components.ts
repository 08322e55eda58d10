/** The one list of what can stand in a configuration. Adding a component type is adding its factory here. */
import { httpApiFactory } from '../api/factory.ts';
import type { ComponentFactory, ReceiverFactory } from '../contract/component.ts';
import { createSpanView } from '../normalize/conventions/slots.ts';
import { dropFactory } from '../processors/drop/factory.ts';
import { memoryLimiterFactory } from '../processors/memory-limiter/factory.ts';
import type { OtlpConfig } from '../receivers/otlp/config.ts';
import { createOtlpReceiverFactory } from '../receivers/otlp/factory.ts';
import { storageFactory } from './storage/factory.ts';
import { topologyFactory } from './topology/factory.ts';

/** Which attributes a receiver's view has slots for depends on the pipeline behind it. */
const otlpReceiverFactory: ReceiverFactory<OtlpConfig> = {
  ...createOtlpReceiverFactory(createSpanView),
  create(settings, config, consumers) {
    return createOtlpReceiverFactory(consumers.createView ?? createSpanView).create(settings, config, consumers);
  },
};

export const componentFactories: readonly ComponentFactory[] = [
  otlpReceiverFactory,
  memoryLimiterFactory,
  dropFactory,
  topologyFactory,
  httpApiFactory,
  storageFactory,
];
