import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useCallback } from "react";
import { forgetDrafts } from "../forms/draft";
import { sessionQuery, signOut } from "../session/session";
import { forgetNews } from "./news";

/** Ends the session; nothing read with it stays in the tab. */
export function useSignOut(): () => Promise<void> {
  const queryClient = useQueryClient();
  const router = useRouter();
  return useCallback(async () => {
    await signOut().catch(() => undefined);
    queryClient.clear();
    forgetNews();
    forgetDrafts();
    queryClient.setQueryData(sessionQuery.queryKey, null);
    await router.navigate({ to: "/login" });
  }, [queryClient, router]);
}
