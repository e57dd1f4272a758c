import { waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { SavedView } from "../api/generated/types.gen";
import { SESSION } from "../test/answers";
import { PODS } from "../test/collections";
import { expectAccessible, renderInConsole, screen, stubApi } from "../test/console";
import { LiveTable } from "./LiveTable";
import { usePageSearch } from "./usePageSearch";
import { keptOf } from "./views";

const VIEW: SavedView = {
  id: "v1",
  collection: "pods",
  name: "Restarting",
  search: "sort=-restarts&filter=restarts%3E3",
  shared: false,
  own: true,
  owner: "ada",
  changed: 1,
  changed_by: "ada",
  row_version: 1,
};
const OTHERS: SavedView = { ...VIEW, id: "v2", name: "Of web", own: false, owner: "bob" };

function Pods() {
  const [search, setSearch] = usePageSearch();
  return <LiveTable collection="pods" title="Pods" search={search} onSearch={setSearch} />;
}

async function open(at: string) {
  stubApi({
    collections: { collections: [PODS] },
    session: SESSION,
    views: [VIEW, OTHERS],
  });
  return renderInConsole(<Pods />, at);
}

test("a view keeps the table's state and the scope, not the open row", () => {
  const search = { filter: ["a=1", "b=2"], sort: "-x", row: "r", view: "v" };
  expect(keptOf(search, { namespace: "web" })).toBe(
    "filter=a%3D1&filter=b%3D2&sort=-x&namespace=web",
  );
  expect(keptOf({}, {})).toBe("");
});

test("a view is chosen from the menu, by its owner's word, and can be left again", async () => {
  const user = userEvent.setup();
  const console = await open("/");
  await user.click(await screen.findByRole("button", { name: "Saved views" }));
  await screen.findByRole("menuitem", { name: /Of web/ });
  await expectAccessible();
  await user.click(screen.getByRole("menuitem", { name: /Restarting/ }));
  await waitFor(() => expect(console.location()).toContain("view=v1"));
  expect(console.location()).toContain("sort=-restarts");
  expect(await screen.findByRole("button", { name: "Saved views: Restarting" })).toBeDefined();
  console.back();
  expect(await screen.findByRole("button", { name: "Saved views" })).toBeDefined();
});

test("an address that names a view alone shows what it holds", async () => {
  const console = await open("/?view=v2");
  await waitFor(() => expect(console.location()).toContain("filter=restarts"));
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Saved views: Of web" }));
  expect(await screen.findByRole("menuitem", { name: "Save this view…" })).toBeDefined();
  // Of others, and without the right to change shared ones.
  expect(screen.queryByRole("menuitem", { name: /Remove/ })).toBeNull();
});
