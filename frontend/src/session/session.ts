import { queryOptions, useQuery } from "@tanstack/react-query";
import { currentSessionQueryKey } from "../api/generated/@tanstack/react-query.gen";
import {
  currentSession,
  signOut as deleteSession,
  signIn as postSession,
  signInByPassword,
} from "../api/generated/sdk.gen";
import type { SessionView } from "../api/generated/types.gen";
import { ApiError } from "../api/problem";

/** As long as the server waits for a directory. */
const DIRECTORY_MS = 30_000;

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: currentSessionQueryKey(),
  queryFn: async ({ signal }): Promise<SessionView | null> => {
    try {
      return (await currentSession({ signal })).data;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
  retry: (count, error) => count < 5 && error instanceof ApiError && error.status === 0,
});

export function useSession(): SessionView | null {
  return useQuery(sessionQuery).data ?? null;
}

/** Whether the viewer holds the right somewhere: for hiding what cannot be used. */
export function mayUse(session: SessionView | null, kind: string, verb = "list"): boolean {
  return session?.permissions[kind]?.includes(verb) ?? false;
}

export async function signIn(login: string, password: string): Promise<SessionView> {
  return (await postSession({ body: { login, password } })).data;
}

/** Sign in with the user name and password of a directory. */
export async function signInWith(
  provider: string,
  login: string,
  password: string,
): Promise<SessionView> {
  await signInByPassword({ path: { provider }, body: { login, password }, deadline: DIRECTORY_MS });
  return (await currentSession()).data;
}

/** Ends the session; where the browser signs out at the identity provider too, if anywhere. */
export async function signOut(): Promise<string> {
  return (await deleteSession()).data.url;
}
