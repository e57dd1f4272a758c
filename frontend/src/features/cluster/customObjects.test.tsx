import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { renderInConsole } from "../../test/console";
import { CustomObjects } from "./CustomObjects";

const OBJECTS = 5_000;

/** An API that has five thousand objects; the cursors it was asked for, of whole pages. */
function manyObjects(): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (input: string | Request) => {
    const url = new URL(input instanceof Request ? input.url : input, "http://console.example");
    const start = Number(url.searchParams.get("cursor") || 0);
    const size = Number(url.searchParams.get("limit"));
    if (size > 1) asked.push(String(start));
    const items = Array.from({ length: size }, (_, n) => ({
      namespace: "",
      name: `thing-${start + n}`,
      created: 1,
      deleting: null,
      labels: {},
      cells: ["a"],
    }));
    return Response.json({
      kind: "Thing",
      plural: "things",
      group: "ops.example",
      namespaced: false,
      columns: [{ name: "Word", type: "string", description: "", priority: 0 }],
      items,
      next: start + size < OBJECTS ? String(start + size) : null,
    });
  });
  return asked;
}

test("an order is made among the first objects, of which a part is drawn", {
  timeout: 60_000,
}, async () => {
  const asked = manyObjects();
  await renderInConsole(<CustomObjects cluster="c" definition="things.ops.example" />);
  const head = await screen.findByRole("button", { name: "Word" }, { timeout: 30_000 });
  fireEvent.click(head);
  await waitFor(() => screen.getByText(/among the first 2,?000 objects/), { timeout: 30_000 });
  // A slow machine may read the first pages again: only these, however often.
  expect([...new Set(asked)]).toEqual(["0", "500", "1000", "1500"]);
  expect(document.querySelectorAll("tbody tr")).toHaveLength(200);
  screen.getByText(/first 200 of 2,?000 rows/);
  screen.getByText(/not read again by themselves/);
  fireEvent.click(screen.getByText("Show more"));
  expect(document.querySelectorAll("tbody tr")).toHaveLength(400);
});

test("what changed is read again while changes are followed", { timeout: 60_000 }, async () => {
  const asked = manyObjects();
  const { snapshot } = await renderInConsole(
    <CustomObjects cluster="c" definition="things.ops.example" />,
  );
  await screen.findByRole("button", { name: "Word" }, { timeout: 30_000 });
  const row = { key: "c/things.ops.example", name: "things.ops.example", live: true };
  snapshot({ rows: [{ ...row, revision: 1 }] });
  const before = asked.length;
  snapshot({ seq: 2, rows: [{ ...row, revision: 2 }] });
  await waitFor(() => expect(asked.length).toBeGreaterThan(before), { timeout: 30_000 });
});
