import type { Action } from "../../actions/action";
import { inBulk } from "../../actions/inBulk";
import type { Row } from "../../api/generated/types.gen";
import { cordon, evict, remove, restart, uncordon } from "./actions";
import { type Operated, operatedOf, pathOfRow } from "./operated";
import type { ActionId } from "./sending";

/** Each object as it is now says whether it has the action, and whether it may be done to it. */
const refuses =
  (id: ActionId) =>
  ({ state }: Operated) => {
    const offer = state?.offers.find((one) => one.id === id);
    if (!offer) return "operate.many.unsuited" as const;
    return offer.allowed ? undefined : ("action.many.noRight" as const);
  };

const each = (collection: string) => (row: Row) => {
  const path = pathOfRow(collection, row);
  const space = path.namespace === "-" ? "" : `${path.namespace}/`;
  return { key: String(row.key), name: `${space}${path.name}`, target: operatedOf(path) };
};

type Bulk = "restart" | "evict" | "cordon" | "uncordon" | "delete";

const many = <Body>(id: Bulk, collection: string, one: Action<Operated, Body>, sends: Body) =>
  inBulk(one, {
    body: `operate.many.${id}`,
    each: each(collection),
    refuses: refuses(id),
    sends,
  });

export const restartMany = many("restart", "workloads", restart, {});
export const evictMany = many("evict", "pods", evict, {});
export const cordonMany = many("cordon", "machines", cordon, {});
export const uncordonMany = many("uncordon", "machines", uncordon, {});

/** Without their names typed: they are named in the list that is confirmed. */
export const removeMany = (collection: string) =>
  many("delete", collection, remove(collection === "workloads" ? "deployments" : collection), {});
