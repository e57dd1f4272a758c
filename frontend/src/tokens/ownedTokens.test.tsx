import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { TokenView } from "../api/generated/types.gen";
import { SESSION } from "../test/answers";
import { expectAccessible, renderInConsole } from "../test/console";
import { OwnedTokens } from "./OwnedTokens";
import { SERVICE_TOKEN } from "./tokens";

const OWN: TokenView = {
  id: "t1",
  name: "ci",
  prefix: "crt_abc",
  owner_kind: "service",
  owner_id: "s1",
  rights: ["*:get"],
  scopes: ["org/main"],
  created: 1,
  created_by: "owner",
  expires: 4e9,
  replaced: null,
  last_used: null,
  last_address: "",
  rule: "",
  workload: "",
};
const GIVEN: TokenView = { ...OWN, id: "t2", name: "shop", rule: "r1", workload: "repo:acme/shop" };

beforeEach(() => {
  const permissions = { token: ["list", "create", "delete"] };
  vi.stubGlobal("fetch", async () => Response.json({ ...SESSION, permissions }));
});

test("a token that a workload got says whose it is, and is not offered to be rotated", async () => {
  await renderInConsole(
    <OwnedTokens tokens={[OWN, GIVEN]} actions={SERVICE_TOKEN} label="Tokens" />,
  );
  const own = within((await screen.findByText("ci")).closest("tr") as HTMLElement);
  const given = within(screen.getByText("shop").closest("tr") as HTMLElement);
  await own.findByRole("button", { name: /Rotate/ });
  given.getByRole("button", { name: /Revoke/ });
  expect(given.queryByRole("button", { name: /Rotate/ })).toBeNull();
  given.getByText(/repo:acme\/shop/);
  await expectAccessible();
});
