import { act, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { SESSION } from "../test/answers";
import { renderInConsole, stubApi } from "../test/console";
import { announce, forgetNews } from "./news";
import { Shell } from "./Shell";

test("what says news aloud is there before the first", async () => {
  act(() => forgetNews());
  stubApi({ session: SESSION });
  await renderInConsole(<Shell />);
  const region = await waitFor(() => {
    const found = document.querySelector("[aria-live=polite][data-news]");
    expect(found).not.toBeNull();
    return found;
  });
  expect(region?.textContent).toBe("");
  act(() => announce({ title: "Deleted: web", tone: "success" }));
  expect(region?.isConnected).toBe(true);
  expect(region?.textContent).toContain("Deleted: web");
  await waitFor(() =>
    expect(document.querySelector(".cr-toasts[aria-live=polite]")).not.toBeNull(),
  );
  act(() => announce({ title: "Deleted: api", tone: "success" }));
  expect(region?.textContent).not.toContain("Deleted: api");
});
