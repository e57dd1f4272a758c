import type { Action } from "../../actions/action";
import * as actions from "./actions";
import { debug } from "./debug";
import { drain } from "./drain";
import { label, taint } from "./labels";
import type { Operated } from "./operated";
import { rollBack } from "./rollBack";
import { type ActionId, isActionId } from "./sending";

/** What is offered: what is done at once, and what is a job. */
export type OfferId = ActionId | "drain";

export const isOfferId = (id: string): id is OfferId => id === "drain" || isActionId(id);

/** The order in which they are offered. */
export const ORDER: readonly OfferId[] = [
  "scale",
  "restart",
  "rollback",
  "pause",
  "resume",
  "run",
  "suspend",
  "unsuspend",
  "cordon",
  "uncordon",
  "drain",
  "taints",
  "edit",
  "labels",
  "debug",
  "evict",
  "delete",
];

/** Leads to starting one action on a target: what its body is, is its own affair. */
export type Begin = <Target, Body>(
  action: Action<Target, Body>,
  target: Target,
  name: string,
) => void;

type Start = (begin: Begin, target: Operated, name: string) => void;

const of =
  <Body>(action: Action<Operated, Body>): Start =>
  (begin, target, name) =>
    begin(action, target, name);

/** The actions that have a dialogue, by their ids; those of a kind are made for it. */
export const startersOf = (kind: string): Readonly<Record<Exclude<OfferId, "edit">, Start>> => ({
  scale: of(actions.scale),
  restart: of(actions.restart),
  rollback: of(rollBack),
  pause: of(actions.pause),
  resume: of(actions.resume),
  run: of(actions.runNow),
  suspend: of(actions.suspend),
  unsuspend: of(actions.unsuspend),
  cordon: of(actions.cordon),
  uncordon: of(actions.uncordon),
  drain: of(drain),
  taints: of(taint),
  labels: of(label(kind)),
  debug: of(debug),
  evict: of(actions.evict),
  delete: of(actions.remove(kind)),
});
