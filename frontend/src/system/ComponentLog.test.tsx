import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { expectAccessible, renderInConsole, stubApi } from "../test/console";
import { ComponentLog } from "./ComponentLog";

test("whether the end is followed is said once: by the button's state, not by its name too", async () => {
  stubApi({ "stack/components/etcd-1/log": { lines: ["one"] } });
  await renderInConsole(<ComponentLog name="etcd-1" />);
  const follow = await screen.findByRole("button", { name: "Follow the end", pressed: true });
  await expectAccessible();
  await userEvent.click(follow);
  expect(follow.textContent).toBe("Follow the end");
  expect(follow.getAttribute("aria-pressed")).toBe("false");
  expect(screen.getByRole("button", { name: "Do not wrap lines" })).not.toHaveProperty(
    "ariaPressed",
    "true",
  );
});
