/**
 * The `http_api` extension: questions about the graph over HTTP, answered by a thread of its own. It listens once
 * started, announces its address, and on stop lets answers under way finish for a moment.
 */
import { systemClock } from '../contract/clock.ts';
import type { ExtensionFactory } from '../contract/component.ts';
import { checkGuard } from '../lib/listen/guard.ts';
import { type HttpApiConfig, httpApiConfigSchema } from './config.ts';
import { createApiThread } from './thread/api-thread.ts';

export const httpApiFactory: ExtensionFactory<HttpApiConfig> = {
  kind: 'extension',
  type: 'http_api',
  description: 'Answers questions about the graph over HTTP, and shows how the service does.',
  config: httpApiConfigSchema,
  check: config => checkGuard(config, systemClock.now()),
  create: (settings, config) => createApiThread(settings, config),
};
