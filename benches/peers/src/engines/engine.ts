import type { Questions, Scenario, Stranger } from "../scenario.ts";

/** One way to ask the questions, as an application would write it. Each has its own loop. */
export interface Way {
  name: string;
  /** What is done before the clock starts. */
  prepare?: (questions: Questions) => Questions;
  /** Asks all questions and writes 1 or 0 for each. */
  ask: (questions: Questions, answers: Uint8Array) => void;
  /** The answers come in this order of the questions. */
  order?: number[];
  /** What is asked about was made once, so that fresh strings are not a case. */
  sameOnly?: boolean;
  /** Every question is the first one about its object, so that the same strings again are not a case. */
  freshOnly?: boolean;
  /** Takes long: a part of the questions is compared and timed, as many as fit the time. */
  slow?: boolean;
  /** Objects that no data contain: all answers are no. */
  unknown?: boolean;
}

type Soon<T> = T | Promise<T>;

/** An evaluator that is ready to answer one person's questions. */
export interface Engine {
  name: string;
  ways: Way[];
  /** From the export's text to one answer. */
  cold: (text: string, stranger: Stranger) => Soon<boolean>;
  /** The first answer of each of these people, the data being loaded and indexed. */
  others: (strangers: readonly Stranger[], answers: Uint8Array) => Soon<void>;
  /** Before the clock starts for `others`. */
  forget?: () => void;
  /** People per sample of `others`, where 50 would take long. */
  people?: number;
}

export type Make = (scenario: Scenario) => Soon<Engine>;
