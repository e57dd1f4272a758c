import type { Field, Texts } from "../forms/field";
import type { Action } from "./action";

/** An action of anything, as the parts that lead through it know it. */
export type AnyAction = Action<unknown, object>;

/**
 * Forgets what an action is of: the dialogue gives it only the target it was begun with, and a
 * body made of its own fields. This is the one place where that is taken on trust.
 */
export function erased<Target, Body>(action: Action<Target, Body>): AnyAction {
  return action as unknown as AnyAction;
}

const NONE: readonly Field[] = [];

export function fieldsAt({ fields = NONE }: AnyAction, target: unknown, texts: Texts) {
  return typeof fields === "function" ? fields(target, texts) : fields;
}
