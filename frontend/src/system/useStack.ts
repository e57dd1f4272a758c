import { queryOptions, useQuery } from "@tanstack/react-query";
import { readStackOptions } from "../api/generated/@tanstack/react-query.gen";
import type { StackView } from "../api/generated/types.gen";

export const stackQuery = queryOptions({
  ...readStackOptions(),
  refetchInterval: (query) => (isSettled(query.state.data) ? 5_000 : 1_000),
  retry: false,
});

/** Whether nothing of the stack is on its way any more. */
export function isSettled(stack: StackView | undefined): boolean {
  if (!stack) return false;
  return stack.components.every(({ state }) => state === "ready" || state === "stopped");
}

const WRONG: ReadonlySet<string> = new Set(["failed", "unresponsive"]);

/** Whether all that is missing of it is on its way: nothing failed or stopped answering. */
export function isComingUp(stack: StackView): boolean {
  return !isSettled(stack) && !stack.components.some(({ state }) => WRONG.has(state));
}

export function useStack(enabled = true) {
  return useQuery({ ...stackQuery, enabled });
}
