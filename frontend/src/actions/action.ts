import type { ParseKeys } from "i18next";
import type { ReactNode } from "react";
import type { Problem } from "../api/problem";
import type { Field, Texts } from "../forms/field";
import type { Right } from "../pages/page";

/** What an action would touch: counted, and where it can be looked at. */
export interface Effect {
  count: number;
  /** Words of the systems, e.g. a collection's title. */
  what: string;
  href?: string;
  /** The collection that is counted. */
  collection?: string;
}

/** One of the many things an action is done to. */
export interface Part {
  key: string;
  name: string;
  /** Why nothing is done to it, as a sentence; absent where it is. */
  against?: string;
}

/** What came of an action for one of many: it was done, or a sentence says why not. */
export interface PartDone {
  key: string;
  name: string;
  done?: Done;
  problem?: string;
}

/** What came of an action. */
export interface Done {
  /** Of the request that did it: the audit's entry bears it. */
  requestId: string;
  /** Of an action on many: what came of each. */
  parts?: readonly PartDone[];
  /** Where the result is seen: a job, the new object. */
  href?: string;
  undo?: () => Promise<Done>;
  /** What is told this one time: a secret that is kept nowhere. */
  told?: ReactNode;
  /** What was changed, as it is now: a form that stays goes on from there. */
  now?: unknown;
}

/** How an action is done. */
export interface How {
  /** A refusal that may be overruled is overruled. */
  insist: boolean;
  /** What the rehearsal found that came before. */
  found: unknown;
  /** Says how far it is, where it takes long. */
  tell: (done: number, total: number) => void;
}

/** What a rehearsal found: to be shown, and for the action itself. */
export interface Rehearsed {
  shown: ReactNode;
  found?: unknown;
}

/** The fields of an action: always the same, or by its target and what is typed. */
export type ActionFields<Target> =
  | readonly Field[]
  | ((target: Target, texts: Texts) => readonly Field[]);

/**
 * One change a person can make, the same way everywhere: what it would touch, the verb as the
 * button, progress, and a result with its audit entry and the way back. `Body` is what the API
 * takes of the fields.
 */
export interface Action<Target, Body = object> {
  id: string;
  /** Null for what is one's own: nobody needs a right for it. */
  needs: Right | null;
  /** The button's word, e.g. "Switch off". */
  verb: ParseKeys;
  /** A question or sentence with `{{name}}`. */
  title: ParseKeys;
  body?: ParseKeys;
  /** What is to be seen before, above the fields. */
  shown?: (target: Target) => ReactNode;
  danger?: boolean;
  /** Destructive and large: the name is typed before it can be done. */
  typeName?: boolean;
  fields?: ActionFields<Target>;
  /** Reads the thing as it is now, where what the action is begun with does not say it all. */
  load?: (target: Target) => Promise<Target>;
  /** What the fields hold as the thing stands; without it the form is of something new. */
  before?: (target: Target) => object;
  /** Names its target's draft where that has neither id nor key. */
  draft?: (target: Target) => string;
  /** Send all fields of an existing thing, not only those that were changed. */
  whole?: boolean;
  effects?: (target: Target) => Promise<readonly Effect[]>;
  /** The things it is done to, where those are many: named before, and told one by one after. */
  parts?: (target: Target) => readonly Part[];
  /** There is no way back, which is said before. */
  final?: boolean | ((target: Target) => boolean);
  run: (target: Target, body: Body, how: How) => Promise<Done>;
  /** The same on what somebody else made of it meanwhile (412), as the API gives it. */
  onto?: (target: Target, current: unknown) => Target;
  /** Tries it without doing it, and shows what was found; `first`: before it can be done. */
  rehearse?: {
    verb: ParseKeys;
    first?: boolean;
    /** The member of the rehearsal's own body that holds the form's. */
    within?: string;
    run: (target: Target, body: Body) => Promise<Rehearsed>;
  };
  /** What was refused for a reason one may overrule can be done all the same. */
  insist?: { verb: ParseKeys; after: (problem: Problem) => boolean };
  /** Goes to where the result is, and tells it there; otherwise the dialogue tells it. */
  goes?: boolean;
}
