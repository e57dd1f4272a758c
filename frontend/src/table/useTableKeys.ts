import { useEffect } from "react";

export interface TableKeyActions {
  move: (by: number) => void;
  open: () => void;
  /** Tick the row; with `range` all since the last one. */
  select: (range: boolean) => void;
  escape: () => void;
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
      "input:not([type=checkbox]), textarea, select, [contenteditable], [role=menu], [role=listbox], [role=dialog]",
    ) !== null
  );
}

/** The keys of a table, wherever on its page the focus is, except while typing. */
export function useTableKeys(actions: TableKeyActions, enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape" && leavesSearch(event.target)) return;
      if (isTyping(event.target)) return;
      // A dialogue is in front: its keys are its own.
      if (document.querySelector("[role=dialog][aria-modal=true]")) return;
      if (handleKey(event, actions)) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [actions, enabled]);
}

/** Esc in the table's search gives the keys back to the table; the text stays. */
function leavesSearch(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLInputElement) || !target.closest(".cr-free-text")) return false;
  target.blur();
  return true;
}

/** Focus the search of the page's table. */
function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>("#main .cr-free-text input");
  field?.focus();
  field?.select();
  return field !== null;
}

function handleKey(event: KeyboardEvent, actions: TableKeyActions): boolean {
  const step = STEPS[event.key];
  if (step !== undefined) {
    actions.move(step);
    return true;
  }
  const onControl = event.target instanceof HTMLElement && event.target.closest("button, a");
  if (event.key === "Enter" && !onControl) actions.open();
  else if (event.key.toLowerCase() === "x") actions.select(event.shiftKey);
  else if (event.key === "f") return focusSearch();
  else if (event.key === "Escape") actions.escape();
  else return false;
  return true;
}
