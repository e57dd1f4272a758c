import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { ActionButton } from "../../actions/ActionHost";
import { SESSION } from "../../test/answers";
import { expectAccessible, renderInConsole } from "../../test/console";
import "../../i18n/updates";
import { moveFiltered } from "./moving";

let sent: unknown[] = [];

beforeEach(() => {
  sessionStorage.clear();
  sent = [];
  vi.stubGlobal("fetch", async (input: string, options: RequestInit = {}) => {
    const address = String(input);
    if (address.endsWith("/session"))
      return Response.json({ ...SESSION, permissions: { "update-instance": ["update"] } });
    if (address.includes("collections/applications"))
      return Response.json({ rows: [{ key: "1", name: "Flatcar" }], total: 1 });
    if (address.includes("collections/groups"))
      return Response.json({ rows: [{ key: "7", name: "web", arch: "all" }], total: 1 });
    const body = JSON.parse(String(options.body));
    sent.push(body);
    const groups = [{ id: 3, name: "old", machines: 12 }];
    const answer = { machines: 12, updating: 2, groups, more: false, moved: !body.dry_run };
    return Response.json(answer, { headers: { "X-Request-Id": "r1" } });
  });
});

const button = async (name: string) =>
  (await screen.findAllByRole("button", { name })).at(-1) as HTMLElement;

test("machines are counted before they are moved, and moved only as many as were shown", async () => {
  const target = { filter: ['oem="azure"'], q: "edge" };
  await renderInConsole(<ActionButton action={moveFiltered} target={target} name="" />);
  await userEvent.click(await button("Move these machines"));
  await screen.findByRole("option", { name: "Flatcar" });
  expect(await button("Move these machines")).toHaveProperty("disabled", true);
  await userEvent.selectOptions(screen.getByLabelText(/Application/), "1");
  await screen.findByRole("option", { name: "web (all)" }, { timeout: 10_000 });
  await userEvent.selectOptions(screen.getByLabelText(/Group/), "7");
  await userEvent.click(await button("Count them"));
  await screen.findByText(/12 machines would move/);
  await expectAccessible();
  await userEvent.click(await button("Move these machines"));
  await screen.findByText("Done.");
  const asked = { filter: ['oem="azure"'], q: "edge", to_group_id: 7 };
  expect(sent).toEqual([
    { ...asked, dry_run: true },
    { ...asked, machines: 12 },
  ]);
});
