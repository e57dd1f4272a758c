import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useCallback } from "react";
import { forgetDrafts } from "../forms/draft";
import { mayLose } from "../forms/leaving";
import { sessionQuery, signOut } from "../session/session";
import { goOutside } from "./navigate";
import { forgetNews } from "./news";

/** Ends the session, after asking about what is typed; nothing read with it stays in the tab. */
export function useSignOut(): () => Promise<void> {
  const queryClient = useQueryClient();
  const router = useRouter();
  return useCallback(async () => {
    if (!(await mayLose())) return;
    const provider = await signOut().catch(() => "");
    queryClient.clear();
    forgetNews();
    queryClient.setQueryData(sessionQuery.queryKey, null);
    await router.navigate({ to: "/login" });
    // Last: a form that was still open would have kept its draft again.
    forgetDrafts();
    if (provider) goOutside(provider);
  }, [queryClient, router]);
}
