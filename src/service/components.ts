/** The one list of what can stand in a configuration. Adding a component type is adding its factory here. */
import { httpApiFactory } from '../api/factory.ts';
import type { ComponentFactory } from '../contract/component.ts';
import { webhookFactory } from '../exporters/webhook/factory.ts';
import { createSpanView } from '../normalize/conventions/slots.ts';
import { dropFactory } from '../processors/drop/factory.ts';
import { memoryLimiterFactory } from '../processors/memory-limiter/factory.ts';
import { routeFactory } from '../processors/route/factory.ts';
import { fileFactory } from '../receivers/file/factory.ts';
import { httpEventsFactory } from '../receivers/http-events/factory.ts';
import { kafkaFactory } from '../receivers/kafka/factory.ts';
import { createOtlpReceiverFactory } from '../receivers/otlp/factory.ts';
import { storageFactory } from './storage/factory.ts';
import { topologyFactory } from './topology/factory.ts';

export const componentFactories: readonly ComponentFactory[] = [
  createOtlpReceiverFactory(createSpanView),
  kafkaFactory,
  httpEventsFactory,
  fileFactory,
  memoryLimiterFactory,
  dropFactory,
  routeFactory,
  topologyFactory,
  webhookFactory,
  httpApiFactory,
  storageFactory,
];
