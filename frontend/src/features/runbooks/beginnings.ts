import type { Action } from "../../actions/action";
import { type AnyAction, erased } from "../../actions/erased";
import { defragment, nospace, promote, replace } from "./beginning";
import type { Planned } from "./target";

const of = <Body>(action: Action<Planned, Body>): AnyAction => erased(action);

const BEGINNINGS: Readonly<Record<string, AnyAction>> = {
  defragment: of(defragment),
  nospace: of(nospace),
  promote: of(promote),
  replace: of(replace),
};

/** How a runbook is begun; undefined for one that this page does not know. */
export const beginningOf = (runbook: string): AnyAction | undefined =>
  Object.hasOwn(BEGINNINGS, runbook) ? BEGINNINGS[runbook] : undefined;
