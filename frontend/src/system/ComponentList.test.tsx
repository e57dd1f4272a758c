import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { ActionHost } from "../actions/ActionHost";
import type { ComponentView } from "../api/generated/types.gen";
import { SESSION } from "../test/answers";
import { expectAccessible, renderInConsole, stubApi } from "../test/console";
import { ComponentList } from "./ComponentList";

const registry: ComponentView = {
  name: "registry",
  kind: "registry",
  title: "Registry",
  state: "failed",
  progress: null,
  detail: "",
  version: null,
  endpoint: null,
  pid: null,
  log: false,
  since: "2026-11-28T00:00:00Z",
  restarts: 0,
  reason: "The disk is full.",
};

test("what failed can be tried again, and nothing else", async () => {
  const permissions = { stack: ["list", "restart"] };
  stubApi({ session: { ...SESSION, permissions }, "stack/components/registry/retry": registry });
  await renderInConsole(
    <ActionHost>
      <ComponentList
        components={[registry, { ...registry, name: "kwok", title: "KWOK", state: "ready" }]}
      />
    </ActionHost>,
  );
  await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
  expect(
    await screen.findByText("The local stack starts it anew. What runs goes on."),
  ).toBeTruthy();
  await expectAccessible();
  const buttons = screen.getAllByRole("button", { name: "Try again" });
  await userEvent.click(buttons.at(-1) as HTMLElement);
  expect(await screen.findByText(/Done/)).toBeTruthy();
});
