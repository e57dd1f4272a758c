import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "../api/http";
import { ApiError } from "../api/problem";
import type { Session } from "../api/types";

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return await request<Session>("session", { signal });
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
  retry: (count, error) => count < 5 && error instanceof ApiError && error.status === 0,
});

export function useSession(): Session | null {
  return useQuery(sessionQuery).data ?? null;
}

/** Whether the viewer holds the right somewhere: for hiding what cannot be used. */
export function mayUse(session: Session | null, kind: string, verb = "list"): boolean {
  return session?.permissions[kind]?.includes(verb) ?? false;
}

export function signIn(login: string, password: string): Promise<Session> {
  return request<Session>("session", { method: "POST", body: { login, password } });
}

export function signOut(): Promise<void> {
  return request<void>("session", { method: "DELETE" });
}
