import type { ParseKeys } from "i18next";
import type { Right } from "../pages/page";

/** What is typed into an action's form, by the field's id. */
export type Values = Readonly<Record<string, string>>;

/** One input of an action; `id` is the name the API has for it, so that its errors find it. */
export interface ActionField {
  id: string;
  label: ParseKeys;
  help?: ParseKeys;
  /** A secret is never kept and never shown again. */
  secret?: boolean;
  required?: boolean;
  choices?: readonly string[];
}

/** What an action would touch: counted, and where it can be looked at. */
export interface Effect {
  count: number;
  /** Words of the systems, e.g. a collection's title. */
  what: string;
  href?: string;
}

/** What came of an action. */
export interface Done {
  /** Of the request that did it: the audit's entry bears it. */
  requestId: string;
  /** Where the result is seen: a job, the new object. */
  href?: string;
  undo?: () => Promise<Done>;
}

/**
 * One change a person can make, the same way everywhere: what it would touch, the verb as the
 * button, progress, and a result with its audit entry and the way back.
 */
export interface Action<Target> {
  id: string;
  needs: Right;
  /** The button's word, e.g. "Switch off". */
  verb: ParseKeys;
  /** A question or sentence with `{{name}}`. */
  title: ParseKeys;
  body?: ParseKeys;
  danger?: boolean;
  /** Destructive and large: the name is typed before it can be done. */
  typeName?: boolean;
  fields?: readonly ActionField[];
  effects?: (target: Target) => Promise<readonly Effect[]>;
  run: (target: Target, values: Values) => Promise<Done>;
  /** The same on what somebody else made of it meanwhile (412), as the API gives it. */
  onto?: (target: Target, current: unknown) => Target;
}
