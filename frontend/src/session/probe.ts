import type { QueryClient } from "@tanstack/react-query";
import { isUnanswered } from "../api/problem";
import type { Probe } from "../live/connection";
import { sessionQuery } from "./session";

/** Whether the session still stands, asked of the server now and once. */
export async function probeSession(queries: QueryClient): Promise<Probe> {
  try {
    const session = await queries.fetchQuery({ ...sessionQuery, staleTime: 0, retry: false });
    return session === null ? "ended" : "alive";
  } catch (error) {
    return isUnanswered(error) ? "unanswered" : "alive";
  }
}
