import { type KeyboardEvent as ReactKeyboardEvent, useEffect } from "react";

export interface TableKeyActions {
  move: (by: number) => void;
  open: () => void;
  select: () => void;
  escape: () => void;
  help: () => void;
}

const STEPS: Record<string, number> = {
  j: 1,
  ArrowDown: 1,
  k: -1,
  ArrowUp: -1,
  PageDown: 15,
  PageUp: -15,
};

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest(
      "input, textarea, select, [contenteditable], [role=menu], [role=listbox], [role=dialog]",
    ) !== null
  );
}

/** The keys of a table, wherever on its page the focus is, except while typing. */
export function useTableKeys(actions: TableKeyActions, enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (handleKey(event, actions)) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [actions, enabled]);
}

function handleKey(
  event: Pick<KeyboardEvent | ReactKeyboardEvent, "key" | "target">,
  actions: TableKeyActions,
): boolean {
  const step = STEPS[event.key];
  if (step !== undefined) {
    actions.move(step);
    return true;
  }
  const onControl = event.target instanceof HTMLElement && event.target.closest("button, a");
  if (event.key === "Enter" && !onControl) actions.open();
  else if (event.key === "x") actions.select();
  else if (event.key === "Escape") actions.escape();
  else if (event.key === "?") actions.help();
  else return false;
  return true;
}
