import { screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { SESSION } from "../../test/answers";
import { expectAccessible, renderInConsole } from "../../test/console";
import { TrustRules } from "./TrustRules";
import "../../i18n/later";
import "../../i18n/trust";

const ACCOUNT = { key: "a1", name: "deployer" } as Parameters<typeof TrustRules>[0]["account"];
let works = false;

beforeEach(() => {
  works = false;
  vi.stubGlobal("fetch", async (input: Request | string) => {
    const address = typeof input === "string" ? input : input.url;
    if (!address.includes("/trust")) return Response.json(SESSION);
    if (works) return Response.json([]);
    return Response.json({ title: "No", detail: "It is busy.", status: 500 }, { status: 500 });
  });
});

test("a part that could not be read says so under its title, and is read at another try", async () => {
  await renderInConsole(<TrustRules account={ACCOUNT} />);
  expect(await screen.findByText("It is busy.")).toBeTruthy();
  expect(screen.getByRole("heading", { level: 2, name: "Workload identity" })).toBeTruthy();
  await expectAccessible();
  works = true;
  screen.getByRole("button", { name: "Try again" }).click();
  await vi.waitFor(() => expect(screen.queryByText("It is busy.")).toBeNull());
  expect(screen.getByText(/^Nothing is/)).toBeTruthy();
});
