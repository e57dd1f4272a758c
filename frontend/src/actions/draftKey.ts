import type { AnyAction } from "./erased";

/**
 * Names the draft of an action's form. Two things of one name are two things: it is their ids that
 * tell them apart. What has none is told apart by what the action says, or by what it is called.
 */
export function draftKey(action: AnyAction, target: unknown, name: string): string {
  return `${action.id}.${action.draft?.(target) ?? idOf(target) ?? name}`;
}

function idOf(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null) return undefined;
  const id: unknown = "id" in target ? target.id : "key" in target ? target.key : undefined;
  return typeof id === "string" || typeof id === "number" ? String(id) : undefined;
}
