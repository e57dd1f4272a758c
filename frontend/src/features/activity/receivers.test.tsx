import { screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { ReceiverView } from "../../api/generated/types.gen";
import { SESSION } from "../../test/answers";
import { expectAccessible, renderInConsole } from "../../test/console";
import { Receivers } from "./Receivers";

const SIEM: ReceiverView = {
  name: "siem",
  kind: "syslog",
  place: "logs.example:6514",
  sequence: 1204,
  behind: 0,
  sent: 1_700_000_000,
  failing: null,
  message: "",
};

let receivers: ReceiverView[] = [];
let status = 200;
let asked = false;

beforeEach(() => {
  asked = false;
  status = 200;
  vi.stubGlobal("fetch", async (input: string) => {
    if (!String(input).endsWith("/activity/receivers")) return Response.json(SESSION);
    asked = true;
    if (status !== 200) return Response.json({ title: "No", detail: "Busy.", status }, { status });
    return Response.json(receivers);
  });
});

test("where the record is sent is said with how far, and what is wrong since when", async () => {
  receivers = [
    SIEM,
    { ...SIEM, name: "disk", kind: "file", place: "/var/log/a.jsonl", behind: 1 },
    { ...SIEM, name: "soc", failing: 1_700_000_100, behind: 3, message: "it answered 503" },
  ];
  await renderInConsole(<Receivers />);
  const lines = await screen.findAllByRole("listitem");
  expect(lines.map((line) => line.dataset.state)).toEqual(["sent", "behind", "failing"]);
  const said = lines.map((line) => (line.textContent ?? "").trim());
  expect(said[0]).toBe("siem syslog logs.example:6514: is sent everything, up to entry 1,204");
  expect(said[1]).toContain("1 entry is on its way");
  expect(said[2]).toMatch(/takes nothing, 3 entries wait\. Since .*: it answered 503\./);
  await expectAccessible();
});

test("nothing is said where nobody configured a receiver", async () => {
  receivers = [];
  await renderInConsole(<Receivers />);
  await vi.waitFor(() => expect(asked).toBe(true));
  expect(screen.queryByRole("list")).toBeNull();
});

test("where they cannot be told it says so, and asks again", async () => {
  status = 500;
  await renderInConsole(<Receivers />);
  expect((await screen.findByRole("status")).textContent).toContain("cannot be told now: Busy.");
  await expectAccessible();
  status = 200;
  receivers = [SIEM];
  screen.getByRole("button", { name: "Try again" }).click();
  expect((await screen.findByRole("listitem")).textContent).toContain("siem");
});

test("who may not know where the record is sent is not told of a failure", async () => {
  status = 403;
  await renderInConsole(<Receivers />);
  await vi.waitFor(() => expect(asked).toBe(true));
  expect(screen.queryByRole("status")).toBeNull();
});
