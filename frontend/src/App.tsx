import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import { listRows } from "./api/generated/sdk.gen";
import { setStepUpHandler, setUnauthenticatedHandler } from "./api/http";
import { takeAhead } from "./live/ahead";
import { LiveClient } from "./live/client";
import { LiveProvider } from "./live/react";
import { openSocket } from "./live/socket";
import { probeSession } from "./session/probe";
import { sessionQuery } from "./session/session";
import { confirmPerson } from "./session/stepUp";
import { Shell } from "./shell/Shell";

/** The signed-in console: one live socket, the shell, and the way back when a session ends. */
export function App() {
  const queryClient = useQueryClient();
  const router = useRouter();
  const client = useMemo(() => {
    const ended = () => {
      if (router.state.location.pathname === "/login") return;
      queryClient.setQueryData(sessionQuery.queryKey, null);
      const next = router.state.location.href;
      void router.navigate({ to: "/login", search: { next, ended: "1" } });
    };
    setUnauthenticatedHandler(ended);
    setStepUpHandler(confirmPerson);
    return new LiveClient({
      open: () => takeAhead() ?? openSocket(),
      probe: () => probeSession(queryClient),
      onSessionEnded: ended,
      list: async (name, query) => (await listRows({ path: { name }, query })).data,
    });
  }, [queryClient, router]);
  useEffect(() => () => setUnauthenticatedHandler(() => undefined), []);
  return (
    <LiveProvider client={client}>
      <Shell />
    </LiveProvider>
  );
}
