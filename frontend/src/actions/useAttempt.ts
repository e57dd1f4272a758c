import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { toProblem } from "../api/problem";
import { goTo } from "../shell/navigate";
import { announce } from "../shell/news";
import type { Done } from "./action";
import type { AnyAction } from "./erased";

/** One try: on what, with what, and whether a refusal that may be overruled is overruled. */
export interface Try {
  target: unknown;
  body: object;
  insist: boolean;
  /** What its rehearsal found. */
  found: unknown;
}

/** How far a long try is. */
export interface Progress {
  done: number;
  total: number;
}

export interface AttemptOptions {
  action: AnyAction;
  name: string;
  /** It is done, and the form may go. */
  onDone: (done: Done) => void;
}

/**
 * Does an action. Its result is told where it was begun; to who has gone elsewhere meanwhile, or
 * is taken elsewhere by it, as news. What failed or succeeded is never silent.
 */
export function useAttempt({ action, name, onDone }: AttemptOptions) {
  const { t } = useTranslation();
  const router = useRouter();
  const queries = useQueryClient();
  const here = useRef(true);
  const [progress, setProgress] = useState<Progress | null>(null);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const verb = t(action.verb) as string;
  const what = name ? `${verb}: ${name}` : verb;
  const tell = (done: Done) => announce({ title: what, tone: "success", ...news(done) });
  const failed = (error: Error) =>
    announce({ title: what, tone: "danger", detail: toProblem(error).detail });
  const news = ({ requestId, href, undo }: Done) => ({
    requestId,
    ...(href && !action.goes ? { href } : {}),
    ...(undo ? { undo: () => void undo().then(undone, failed) } : {}),
  });
  const undone = ({ requestId }: Done) => {
    announce({ title: `${what}: ${t("action.undone")}`, tone: "success", requestId });
    void queries.invalidateQueries();
  };
  const attempt = useMutation({
    mutationFn: ({ target, body, insist, found }: Try) => {
      setProgress(null);
      const tell = (done: number, total: number) => setProgress({ done, total });
      return action.run(target, body, { insist, found, tell });
    },
    onSuccess: (done) => {
      // Done is said at once: what is asked anew meanwhile may take its time.
      void queries.invalidateQueries();
      if (here.current) onDone(done);
      if (here.current && action.goes && done.href) goTo(router, done.href);
      if (!here.current || action.goes) tell(done);
    },
    onError: (error) => {
      if (!here.current) failed(error);
    },
  });
  return { attempt, what, progress: attempt.isPending ? progress : null };
}
