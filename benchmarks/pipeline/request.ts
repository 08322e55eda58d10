/** A request before it is encoded: spans under scopes under resources, as an SDK's or agent's exporter groups them. */
import { resourceAttributes } from './attributes.ts';
import type { Attribute, SpanModel } from './span-model.ts';

export interface ScopeModel {
  readonly name: string;
  readonly version: string;
  readonly spans: SpanModel[];
}

export interface ResourceModel {
  readonly attributes: readonly Attribute[];
  readonly schemaUrl: string;
  readonly scopes: ScopeModel[];
}

export interface RequestModel {
  readonly spans: number;
  readonly resources: readonly ResourceModel[];
}

export function groupSpans(spans: readonly SpanModel[]): RequestModel {
  const resources = new Map<string, ResourceModel>();
  for (const span of spans) {
    const key = `${span.service}/${span.instance}`;
    let resource = resources.get(key);
    if (resource === undefined) {
      const attributes = resourceAttributes(span.service, span.instance);
      resource = { attributes, schemaUrl: 'https://opentelemetry.io/schemas/1.34.0', scopes: [] };
      resources.set(key, resource);
    }
    let scope = resource.scopes.find(candidate => candidate.name === span.scope);
    if (scope === undefined) {
      scope = { name: span.scope, version: '2.11.0', spans: [] };
      resource.scopes.push(scope);
    }
    scope.spans.push(span);
  }
  return { spans: spans.length, resources: [...resources.values()] };
}
