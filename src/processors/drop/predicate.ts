/** Drop rules → one predicate over a view. Attributes are read by slot, so nothing is looked up per span. */
import { type SlotResolver, StartError } from '../../contract/component.ts';
import {
  type SlotValues,
  type SpanView,
  VALUE_BOOL,
  VALUE_DOUBLE,
  VALUE_INT,
  VALUE_STRING,
} from '../../contract/span-view.ts';
import { type DropRule, type Matcher, SPAN_KINDS } from './config.ts';
import { compileMatcher, type ValueTest } from './value-test.ts';

type Condition = (view: SpanView) => boolean;

/** True for a span that meets all conditions of any rule. Throws a `StartError` where there are more attributes than slots. */
export function compileRules(rules: readonly DropRule[], slots: SlotResolver): Condition {
  const compiled = rules.map(rule => compileRule(rule, slots));
  return view => compiled.some(meets => meets(view));
}

function compileRule(rule: DropRule, slots: SlotResolver): Condition {
  const conditions: Condition[] = [];
  if (rule.kind !== undefined) conditions.push(kindCondition(rule.kind));
  if (rule.name !== undefined) conditions.push(nameCondition(rule.name));
  if (rule.resource !== undefined) {
    const slot = slotOf(slots.resource(rule.resource), 'resource', rule.resource);
    conditions.push(slotCondition(view => view.resource, slot, compileMatcher(rule)));
  }
  if (rule.attribute !== undefined) {
    const slot = slotOf(slots.attribute(rule.attribute), 'span', rule.attribute);
    conditions.push(slotCondition(view => view.attributes, slot, compileMatcher(rule)));
  }
  return view => conditions.every(holds => holds(view));
}

function slotOf(slot: number | undefined, owner: string, name: string): number {
  if (slot !== undefined) return slot;
  throw new StartError(
    `there is no room to read the ${owner} attribute '${name}': rules look at more attributes than a span has room for`,
    'take rules out, or drop such spans where they are sent',
  );
}

function kindCondition(kind: NonNullable<DropRule['kind']>): Condition {
  const names = typeof kind === 'string' ? [kind] : (kind.in ?? [kind.equals!]);
  const numbers = names.map(name => SPAN_KINDS.indexOf(name));
  return view => numbers.includes(view.kind);
}

function nameCondition(name: string | Matcher): Condition {
  const test = compileMatcher(typeof name === 'string' ? { equals: name } : name);
  return view => test.text(view.data, view.nameStart, view.nameEnd);
}

function slotCondition(valuesOf: (view: SpanView) => SlotValues, slot: number, test: ValueTest): Condition {
  return view => {
    const values = valuesOf(view);
    switch (values.type[slot]) {
      case VALUE_STRING:
        return test.text(view.data, values.start[slot]!, values.end[slot]!);
      case VALUE_BOOL:
        return test.boolean(values.number[slot] !== 0);
      case VALUE_INT:
      case VALUE_DOUBLE:
        return test.number(values.number[slot]!);
      default:
        return false;
    }
  };
}
