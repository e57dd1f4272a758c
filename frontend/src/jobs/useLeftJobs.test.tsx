import { act, screen } from "@testing-library/react";
import { useState } from "react";
import { beforeEach, expect, test, vi } from "vitest";
import type { Row } from "../api/generated/types.gen";
import { forgetNews } from "../shell/news";
import Toasts from "../shell/Toasts";
import { SESSION } from "../test/answers";
import { expectAccessible, renderInConsole, stubApi } from "../test/console";
import { useLeftJobs } from "./useLeftJobs";

const MINE: Row = { key: "a".repeat(32), title: "Import 4230", state: "running", started_by: "" };

let news: (rows: readonly Row[]) => void = () => undefined;

beforeEach(() => {
  act(() => forgetNews());
  stubApi({ session: SESSION });
  MINE.started_by = SESSION.login;
});

function Jobs() {
  const [rows, setRows] = useState<readonly Row[]>([MINE]);
  news = setRows;
  useLeftJobs(rows);
  return <Toasts />;
}

async function begin(at: string) {
  await renderInConsole(<Jobs />, at);
  await vi.waitFor(() => expect(document.querySelector(".pf-v6-c-alert-group")).not.toBeNull());
}

test("the end of a job that was left is told, with the way to it", async () => {
  await begin("/machines");
  await act(async () => news([{ ...MINE, state: "failed", error: "The mirror is away." }]));
  expect(await screen.findByText("Failed: Import 4230")).toBeDefined();
  expect(screen.getByText("The mirror is away.")).toBeDefined();
  const link = screen.getByRole("link", { name: "Show the result" });
  expect(link.getAttribute("href")).toBe(`/jobs/${MINE.key}`);
  await expectAccessible();
});

test("the job's own page tells its end itself", async () => {
  await begin(`/jobs/${MINE.key}`);
  await act(async () => news([{ ...MINE, state: "succeeded" }]));
  expect(screen.queryByText("Done: Import 4230")).toBeNull();
});

test("jobs of others, and those that ended before, are no news", async () => {
  await begin("/machines");
  const other = { ...MINE, key: "b", started_by: "eve" };
  await act(async () => news([other, { ...MINE, key: "c", state: "succeeded" }]));
  await act(async () => news([{ ...other, state: "succeeded" }]));
  expect(screen.queryByRole("link", { name: "Show the result" })).toBeNull();
});
