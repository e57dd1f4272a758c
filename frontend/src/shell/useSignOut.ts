import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, toProblem } from "../api/problem";
import { forgetDrafts } from "../forms/draft";
import { mayLose } from "../forms/leaving";
import { sessionQuery, signOut } from "../session/session";
import { goOutside } from "./navigate";
import { announce, forgetNews } from "./news";

/** Ends the session, after asking about what is typed; nothing read with it stays in the tab. */
export function useSignOut(): () => Promise<void> {
  const queryClient = useQueryClient();
  const router = useRouter();
  const { t } = useTranslation();
  return useCallback(async () => {
    if (!(await mayLose())) return;
    let provider = "";
    try {
      provider = await signOut();
    } catch (error) {
      // A session that is over already is what was wanted; of any other failure it goes on.
      if (!(error instanceof ApiError && error.status === 401)) {
        announce({ title: t("user.signOut"), tone: "danger", detail: toProblem(error).detail });
        return;
      }
    }
    queryClient.clear();
    forgetNews();
    queryClient.setQueryData(sessionQuery.queryKey, null);
    await router.navigate({ to: "/login" });
    // Last: a form that was still open would have kept its draft again.
    forgetDrafts();
    if (provider) goOutside(provider);
  }, [queryClient, router, t]);
}
