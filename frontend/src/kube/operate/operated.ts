import { readActions } from "../../api/generated/sdk.gen";
import type { Operable, Row } from "../../api/generated/types.gen";
import type { ObjectPath } from "../objectRow";

/** An object of a cluster: its address, and how it stood when an action on it was begun. */
export interface Operated {
  path: ObjectPath;
  /** Null until the action's `load` has read it. */
  state: Operable | null;
}

export const operatedOf = (path: ObjectPath): Operated => ({ path, state: null });

/** The object of a row of one of the tables of clusters' objects. */
export function pathOfRow(collection: string, row: Row): ObjectPath {
  const text = (column: string) => String(row[column] ?? "");
  const [cluster, name] = [text("cluster"), text("name")];
  if (collection === "machines") return { cluster, kind: "nodes", namespace: "-", name };
  const kind = collection === "workloads" ? text("plural") : collection;
  const namespace = collection === "namespaces" ? "-" : text("namespace") || "-";
  return { cluster, kind, namespace, name };
}

export const load = async <Target extends Operated>(target: Target): Promise<Target> => ({
  ...target,
  state: (await readActions({ path: target.path })).data,
});

/** The object as it was read; every action here reads it. */
export function stateOf({ state }: Operated): Operable {
  if (state === null) throw new Error("the object was not read");
  return state;
}

/** What somebody else made of it, as a 412 gives it. */
export const onto = <Target extends Operated>(target: Target, current: unknown): Target => ({
  ...target,
  state: current as Operable,
});

/** The header that makes a change one of the version that was read. */
export const matching = (version: string) => ({ "If-Match": `"${version}"` });
