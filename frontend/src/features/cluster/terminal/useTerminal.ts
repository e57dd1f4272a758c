import { useCallback, useEffect, useRef, useState } from "react";
import { confirmAgain } from "../../../api/http";
import type { Problem } from "../../../api/problem";
import type { Ended, Opened } from "./frames";
import { type Asked, Link } from "./link";
import type { ScreenHandle } from "./Screen";

export type Stage = "none" | "opening" | "open" | "ended" | "refused";

export interface TerminalState {
  stage: Stage;
  asked: Asked | null;
  opened: Opened | null;
  ended: Ended | null;
  problem: Problem | null;
  /** It ends in so many seconds unless something is typed. */
  idle: number | null;
  /** There was one before in this page. */
  again: boolean;
}

const NONE: TerminalState = {
  stage: "none",
  asked: null,
  opened: null,
  ended: null,
  problem: null,
  idle: null,
  again: false,
};

/** A terminal and its window; it ends with the component. */
export function useTerminal() {
  const [state, setState] = useState(NONE);
  const link = useRef<Link | null>(null);
  const screen = useRef<ScreenHandle | null>(null);
  useEffect(() => () => link.current?.drop(), []);

  const open = useCallback((asked: Asked) => {
    link.current?.drop();
    setState((old) => ({
      ...NONE,
      stage: "opening",
      asked,
      again: old.again || old.opened !== null,
    }));
    const size = screen.current?.size() ?? { columns: 80, rows: 24 };
    link.current = new Link(asked, size, {
      opened: (opened) => {
        screen.current?.clear();
        setState((old) => ({ ...old, stage: "open", opened }));
        screen.current?.focus();
      },
      shown: (data, drawn) => screen.current?.write(data, drawn),
      idle: (idle) => setState((old) => ({ ...old, idle })),
      refused: (problem) =>
        void confirmAgain(problem).then((confirmed) => {
          if (confirmed) open(asked);
          else setState((old) => ({ ...old, stage: "refused", problem }));
        }),
      ended: (ended) => setState((old) => ({ ...old, stage: "ended", ended, idle: null })),
    });
  }, []);

  const typed = useCallback((data: Uint8Array<ArrayBuffer>) => link.current?.type(data), []);
  return { state, screen, link, open, typed };
}
