import { useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { getJob } from "../api/generated/sdk.gen";
import type { JobView, Row } from "../api/generated/types.gen";
import { ApiError } from "../api/problem";
import { EMPTY_QUERY, type Query } from "../live/query";
import { useSession } from "../session/session";
import { announce } from "../shell/news";
import { isFinished } from "./state";

/** Every job under way: one that ends leaves these rows, however many newer ones there are. */
export const UNFINISHED: Query = {
  ...EMPTY_QUERY,
  filter: ["state notin (succeeded,failed,cancelled)"],
  sort: ["-created"],
};

/**
 * Tells the end of jobs that were left: those the viewer started or looked at, unless their page
 * is the one that is open, which tells it itself. `rows` are those under way; how one that is none
 * of them any more ended is asked.
 */
export function useLeftJobs(rows: readonly Row[]): void {
  const { t } = useTranslation();
  const login = useSession()?.login;
  const path = useRouterState({ select: (state) => state.location.pathname });
  const open = /^\/jobs\/([^/]+)/.exec(path)?.[1];
  const shown = useRef(open);
  shown.current = open;
  const visited = useRef(new Set<string>());
  const underWay = useRef(new Map<string, Row>());
  useEffect(() => {
    if (open) visited.current.add(open);
  }, [open]);
  useEffect(() => {
    const tell = ({ id, state, title, kind, error }: JobView) =>
      announce({
        title: t(`job.ended.${wordOf(state)}`, { name: title || kind }),
        tone: state === "succeeded" ? "success" : state === "failed" ? "danger" : "info",
        ...(error ? { detail: error } : {}),
        href: `/jobs/${id}`,
      });
    const ask = async (row: Row) => {
      try {
        const job = (await getJob({ path: { job_id: row.key } })).data;
        if (!isFinished(job.state)) underWay.current.set(row.key, row);
        else if (row.key !== shown.current) tell(job);
      } catch (error) {
        const gone = error instanceof ApiError && error.status === 404;
        if (!gone) underWay.current.set(row.key, row);
      }
    };
    const now = new Map(rows.map((row) => [row.key, row]));
    for (const [key, row] of underWay.current) {
      if (now.has(key)) continue;
      underWay.current.delete(key);
      if (row.started_by === login || visited.current.has(key)) void ask(row);
    }
    for (const [key, row] of now) underWay.current.set(key, row);
  }, [rows, login, t]);
}

const wordOf = (state: string) =>
  state === "succeeded" || state === "failed" ? state : "cancelled";
