import { useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Row } from "../api/generated/types.gen";
import { useSession } from "../session/session";
import { announce } from "../shell/news";
import { isFinished } from "./state";

/**
 * Tells the end of jobs that were left: those the viewer started or looked at, unless their page
 * is the one that is open, which tells it itself.
 */
export function useLeftJobs(rows: readonly Row[]): void {
  const { t } = useTranslation();
  const login = useSession()?.login;
  const path = useRouterState({ select: (state) => state.location.pathname });
  const visited = useRef(new Set<string>());
  const underWay = useRef(new Set<string>());
  const open = /^\/jobs\/([^/]+)/.exec(path)?.[1];
  useEffect(() => {
    if (open) visited.current.add(open);
  }, [open]);
  useEffect(() => {
    for (const { key, state, title, kind, started_by: by, error } of rows) {
      if (!isFinished(state)) {
        underWay.current.add(key);
        continue;
      }
      if (!underWay.current.delete(key)) continue;
      if (key === open || !(by === login || visited.current.has(key))) continue;
      announce({
        title: t(`job.ended.${wordOf(state)}`, { name: title || kind }),
        tone: state === "succeeded" ? "success" : state === "failed" ? "danger" : "info",
        ...(error ? { detail: String(error) } : {}),
        href: `/jobs/${key}`,
      });
    }
  }, [rows, open, login, t]);
}

const wordOf = (state: unknown) =>
  state === "succeeded" || state === "failed" ? state : "cancelled";
