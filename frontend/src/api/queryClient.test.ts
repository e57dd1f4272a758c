import { MutationObserver, onlineManager } from "@tanstack/react-query";
import { afterEach, expect, test } from "vitest";
import { queryClient } from "./queryClient";

afterEach(() => onlineManager.setOnline(true));

test("a change confirmed offline fails at once; none waits to be carried out later", async () => {
  onlineManager.setOnline(false);
  let tries = 0;
  const change = new MutationObserver(queryClient, {
    mutationFn: async () => {
      tries += 1;
      throw new Error("The console cannot be reached");
    },
  });
  await expect(change.mutate()).rejects.toThrow("cannot be reached");
  onlineManager.setOnline(true);
  await queryClient.resumePausedMutations();
  expect(tries).toBe(1);
});

test("what is asked offline is answered with an error too, not left loading", async () => {
  onlineManager.setOnline(false);
  const asked = queryClient.fetchQuery({ queryKey: ["x"], queryFn: async () => 1 });
  expect(await asked).toBe(1);
});
