/** Options of the `drop` processor, and what a schema cannot say about its rules. */
import { type Static, type TSchema, Type } from 'typebox';
import { optionGroup } from '../../lib/options.ts';

export const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;

const scalar = () => Type.Union([Type.String(), Type.Number(), Type.Boolean()]);
const kind = () => Type.Enum([...SPAN_KINDS]);

const matcherOptions = <T extends TSchema>(value: T) => ({
  equals: Type.Optional(Type.Union([value], { description: 'The value is this one.' })),
  in: Type.Optional(Type.Array(value, { minItems: 1, description: 'The value is one of these.' })),
  matches: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'The value matches this regular expression anywhere; use `^` and `$` for the whole.',
    }),
  ),
});

const matcher = Type.Object(matcherOptions(scalar()), { additionalProperties: false });
const kindMatcher = Type.Object(
  { equals: Type.Optional(kind()), in: Type.Optional(Type.Array(kind(), { minItems: 1 })) },
  { additionalProperties: false },
);

const dropRule = Type.Object(
  {
    attribute: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Name of a span attribute; `equals`, `in` or `matches` beside it say its value.',
      }),
    ),
    resource: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Name of a resource attribute, such as `service.name`; its value likewise.',
      }),
    ),
    name: Type.Optional(
      Type.Union([Type.String({ minLength: 1 }), matcher], {
        description: "The span's name: a text, or `equals`, `in` or `matches`.",
      }),
    ),
    kind: Type.Optional(
      Type.Union([kind(), kindMatcher], {
        description:
          "The span's kind: `unspecified`, `internal`, `server`, `client`, `producer`, `consumer`, or `equals` or `in`.",
      }),
    ),
    ...matcherOptions(scalar()),
  },
  { additionalProperties: false },
);

export const dropConfig = optionGroup({
  spans: Type.Array(dropRule, {
    default: [],
    'x-reload': 'forward',
    description: 'Rules; a span that meets all conditions of any rule is dropped. It still holds its trace together.',
  }),
});

export type DropConfig = Static<typeof dropConfig>;
export type DropRule = Static<typeof dropRule>;
export type Matcher = Static<typeof matcher>;

type Wrong = { readonly path: readonly (string | number)[]; readonly message: string };

export function checkDropConfig(config: DropConfig): readonly Wrong[] {
  return config.spans.flatMap((rule, i) =>
    checkRule(rule).map(wrong => ({ ...wrong, path: ['spans', i, ...wrong.path] })),
  );
}

function checkRule(rule: DropRule): Wrong[] {
  const { attribute, resource, name, kind } = rule;
  if ([attribute, resource, name, kind].every(part => part === undefined)) {
    return [{ path: [], message: 'the rule does not say what it looks at; give attribute, resource, name or kind' }];
  }
  const own = attribute !== undefined || resource !== undefined;
  const wrong: Wrong[] = [];
  if (attribute !== undefined && resource !== undefined) {
    wrong.push({
      path: ['resource'],
      message: 'one rule looks at one attribute; write two rules, or take out one of the two',
    });
  }
  if (own || countMatchers(rule) > 0) wrong.push(...checkMatcher(rule, own ? [] : undefined));
  if (typeof name === 'object') wrong.push(...checkMatcher(name, ['name']));
  if (typeof kind === 'object') wrong.push(...checkMatcher(kind, ['kind']));
  return wrong;
}

function countMatchers(given: Matcher): number {
  return [given.equals, given.in, given.matches].filter(one => one !== undefined).length;
}

/** `path` undefined: nothing is there for the matcher to apply to. */
function checkMatcher(given: Matcher, path: readonly string[] | undefined): Wrong[] {
  if (path === undefined) {
    const message =
      "equals, in and matches belong to attribute or resource; write name: {matches: '^GET'}, kind: {in: [client]}";
    return [{ path: [], message }];
  }
  if (countMatchers(given) !== 1) return [{ path, message: 'give exactly one of equals, in or matches' }];
  return given.matches === undefined ? [] : checkExpression(given.matches, [...path, 'matches']);
}

function checkExpression(expression: string, path: readonly string[]): Wrong[] {
  try {
    new RegExp(expression, 'u');
    return [];
  } catch (error) {
    const reason = (error as Error).message.replace(/^Invalid regular expression: /, '');
    return [
      { path, message: `is no regular expression: ${reason}; a literal character such as . ( [ needs a \\ before it` },
    ];
  }
}
