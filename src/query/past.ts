/**
 * Views of the graph of earlier: what history says was counted, with names and ids that are worked out once, resolved by
 * the rules of now. As with views of now, the next view outdates the last one: take what is needed in one turn.
 */
import { FATES, type SpanStats, type Stats } from '../contract/graph-document.ts';
import type { GraphView } from '../contract/graph-view.ts';
import { type IdentityRules, NO_RULES } from '../contract/identity-rules.ts';
import type { PastAnswer, PastDetail, PastQuestion } from '../contract/past.ts';
import { PAST_HALF_LIFE_MS, PastSource } from '../graph/past-source.ts';
import { NO_PATHS } from '../graph/path-table.ts';
import { ViewBuilder } from '../graph/view.ts';

/** As of one time, or what was counted between two; of now, or up to now, without `at` or `end`. ms. */
export type PastTime = { readonly at?: number } | { readonly start: number; readonly end?: number };

/** The past does not reach there. */
export class PastProblem extends Error {
  override readonly name = 'PastProblem';
  readonly problem: NonNullable<PastAnswer['problem']>;
  /** From when on it can be asked, ms; infinite when it cannot. */
  readonly begin: number;

  constructor(problem: NonNullable<PastAnswer['problem']>, begin: number) {
    super(problem);
    this.problem = problem;
    this.begin = begin;
  }
}

/** Spans are not counted by time. */
const NO_STATS: Stats = {
  spans: Object.fromEntries(['received', ...FATES].map(fate => [fate, 0])) as SpanStats,
  records: {},
  changes: {},
  reasons: {},
};

export class PastGraph {
  private readonly ask: (question: PastQuestion) => Promise<PastAnswer>;
  private readonly rules: () => IdentityRules;
  private readonly source = new PastSource();
  private readonly builder = new ViewBuilder(this.source);
  private last: { readonly key: string; readonly rules: IdentityRules; readonly view: GraphView } | undefined;
  private revision = 0;

  /** @param rules those of now. */
  constructor(ask: (question: PastQuestion) => Promise<PastAnswer>, rules: () => IdentityRules = () => NO_RULES) {
    this.ask = ask;
    this.rules = rules;
  }

  /** Rejects with a `PastProblem`. */
  async view(time: PastTime, detail: PastDetail): Promise<GraphView> {
    const have = this.source.have;
    const answer = await this.ask({ ...time, detail, have });
    if (answer.problem !== undefined) throw new PastProblem(answer.problem, answer.begin);
    const { through, asOfMs, startMs } = answer;
    const key = `${through} ${asOfMs} ${startMs} ${detail}`;
    const rules = this.rules();
    if (this.last?.key === key && this.last.rules === rules) return this.last.view;
    this.builder.outdate();
    this.source.rules = rules;
    this.source.take(answer, have);
    const view = this.builder.build({
      revision: ++this.revision,
      nowMs: asOfMs,
      halfLifeMs: PAST_HALF_LIFE_MS,
      epoch: 0,
      groupNames: answer.words,
      paths: NO_PATHS,
      stats: NO_STATS,
      diagnostics: [],
    });
    this.last = { key, rules, view };
    return view;
  }
}
