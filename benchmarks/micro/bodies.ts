/** Request bodies of the pipeline's workload, for measuring single steps on the bytes the whole program meets. */
import { buildMesh } from '../pipeline/mesh.ts';
import { createStamp, type Stamp } from '../pipeline/stamp.ts';
import type { Template } from '../pipeline/template.ts';

const TRACES = 500;

export interface Bodies {
  readonly templates: readonly Template[];
  readonly spans: number;
}

/** One replay of requests, stamped. */
export function createBodies(encoding: 'protobuf' | 'json'): Bodies {
  const disorder = { duplicates: 0, shuffle: 0, late: 0 };
  const mesh = buildMesh({ seed: 1, traces: TRACES, bodySpans: 100, rate: 0, encoding, ...disorder });
  const templates = mesh.requests.map(request => request.template);
  stampAll(templates, createStamp(1, 0, Date.now()));
  return { templates, spans: mesh.truth.spans };
}

export function stampAll(templates: readonly Template[], stamp: Stamp): void {
  for (const template of templates) template.apply(stamp);
}
