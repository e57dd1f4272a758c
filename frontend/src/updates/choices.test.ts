import { expect, test, vi } from "vitest";
import { choicesOf } from "./choices";

let asked = "";

const answer = (rows: readonly object[]) =>
  vi.stubGlobal("fetch", async (input: string) => {
    asked = decodeURIComponent(String(input));
    return Response.json({ rows, total: rows.length });
  });

const title = ({ name }: { name: string }) => name;

test("only the application's own are asked for, and what is chosen is among them", async () => {
  answer([{ key: "7", name: "web", application_id: "2" }]);
  const found = await choicesOf("groups", 2, { title, present: { id: 3, name: "old" } })();
  expect(asked).toContain('filter=application_id="2"');
  expect(found).toEqual([
    { value: "3", title: "old" },
    { value: "7", title: "web" },
  ]);
  const again = await choicesOf("groups", 2, { title, present: { id: 7, name: "web" } })();
  expect(again).toEqual([{ value: "7", title: "web" }]);
});
