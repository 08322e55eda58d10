/** Options of the `route` processor, and what a schema cannot say about its rules. */
import { type Static, Type } from 'typebox';
import { CHANGE_TYPES, SEVERITIES } from '../../contract/change.ts';
import { EDGE_KINDS, NODE_KINDS } from '../../contract/graph-document.ts';
import { optionGroup } from '../../lib/options.ts';
import { nameOrPattern } from '../../lib/patterns.ts';

const names = (description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description }));
const someOf = (values: readonly string[], description: string) =>
  Type.Optional(Type.Array(Type.Enum([...values]), { minItems: 1, description }));

const rule = Type.Object(
  {
    type: someOf(CHANGE_TYPES, 'Types of changes, such as `edge.gone`.'),
    severity: someOf(SEVERITIES, '`info`, `notice` or `warning`.'),
    kind: someOf([...NODE_KINDS, ...EDGE_KINDS], 'Kinds of the node or the edge that changed.'),
    node: names('Ids, keys or names of nodes that are concerned, or `/regular expressions/`.'),
    service: names('The same of services.'),
    env: names('Environments, or `/regular expressions/`; `~` stands for none.'),
  },
  { additionalProperties: false },
);

export const routeConfig = optionGroup({
  keep: Type.Array(rule, {
    default: [],
    description: 'Rules; a change that meets all conditions of any rule passes. Without a rule every change does.',
  }),
});

export type RouteConfig = Static<typeof routeConfig>;
export type RouteRule = Static<typeof rule>;

export function checkRoute({ keep }: RouteConfig) {
  return keep.flatMap((one, i) => {
    if (Object.keys(one).length === 0) {
      return [
        {
          path: ['keep', i],
          message: 'the rule lets everything pass; give type, severity, kind, node, service or env',
        },
      ];
    }
    return (['node', 'service', 'env'] as const).flatMap(key =>
      (one[key] ?? []).flatMap((text, place) => {
        try {
          nameOrPattern(text);
          return [];
        } catch (error) {
          const message = `is no regular expression: ${(error as Error).message}`;
          return [{ path: ['keep', i, key, place], message }];
        }
      }),
    );
  });
}
