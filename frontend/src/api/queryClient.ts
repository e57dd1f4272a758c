import { QueryClient } from "@tanstack/react-query";

/**
 * The tab's one cache of answers. A browser that calls itself offline is not believed: a change
 * confirmed then must fail at once, never wait and be carried out after its dialogue was left.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: 1, refetchOnWindowFocus: false, networkMode: "always" },
    mutations: { networkMode: "always" },
  },
});
