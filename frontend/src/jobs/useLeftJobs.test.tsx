import { act, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { beforeEach, expect, test } from "vitest";
import type { Row } from "../api/generated/types.gen";
import { forgetNews } from "../shell/news";
import Toasts from "../shell/Toasts";
import { SESSION } from "../test/answers";
import { expectAccessible, renderInConsole, stubApi } from "../test/console";
import { JobsTray } from "./JobsTray";
import { UNFINISHED, useLeftJobs } from "./useLeftJobs";

const MINE: Row = { key: "a".repeat(32), title: "Import 4230", state: "running", started_by: "" };

let news: (rows: readonly Row[]) => void = () => undefined;

beforeEach(() => {
  act(() => forgetNews());
  MINE.started_by = SESSION.login;
  ended(MINE, { state: "succeeded" });
});

function Jobs() {
  const [rows, setRows] = useState<readonly Row[]>([MINE]);
  news = setRows;
  useLeftJobs(rows);
  return <Toasts />;
}

/** How the API says that a job ended. */
function ended({ key, title }: Row, how: object) {
  stubApi({ session: SESSION, [`jobs/${key}`]: { id: key, title, kind: "import", ...how } });
}

async function begin(at: string) {
  await renderInConsole(<Jobs />, at);
  await waitFor(() => expect(document.querySelector(".pf-v6-c-alert-group")).not.toBeNull());
}

test("the end of a job that was left is told, with the way to it", async () => {
  ended(MINE, { state: "failed", error: "The mirror is away." });
  await begin("/machines");
  await act(async () => news([]));
  expect(await screen.findByText("Failed: Import 4230")).toBeDefined();
  expect(screen.getByText("The mirror is away.")).toBeDefined();
  const link = screen.getByRole("link", { name: "Show the result" });
  expect(link.getAttribute("href")).toBe(`/jobs/${MINE.key}`);
  await expectAccessible();
});

test("the job's own page tells its end itself", async () => {
  const other = { ...MINE, key: "c", title: "Import 4593" };
  const how = { state: "succeeded", kind: "import" };
  stubApi({
    session: SESSION,
    [`jobs/${MINE.key}`]: { ...how, id: MINE.key, title: MINE.title },
    "jobs/c": { ...how, id: "c", title: other.title },
  });
  await begin(`/jobs/${MINE.key}`);
  await act(async () => news([MINE, other]));
  await act(async () => news([]));
  expect(await screen.findByText("Done: Import 4593")).toBeDefined();
  expect(screen.queryByText("Done: Import 4230")).toBeNull();
});

test("jobs of others, and those that go on out of sight, are no news", async () => {
  const other = { ...MINE, key: "b", started_by: "eve" };
  ended(other, { state: "succeeded" });
  await begin("/machines");
  await act(async () => news([MINE, other]));
  await act(async () => news([MINE]));
  ended(MINE, { state: "running" });
  await act(async () => news([]));
  expect(screen.queryByRole("link", { name: "Show the result" })).toBeNull();
  ended(MINE, { state: "cancelled" });
  await act(async () => news([other]));
  expect(await screen.findByText("Cancelled: Import 4230")).toBeDefined();
  expect(screen.getAllByRole("link", { name: "Show the result" })).toHaveLength(1);
});

test("the end is told of a job that is none of the newest", async () => {
  const permissions = { ...SESSION.permissions, job: ["list"] };
  stubApi({ session: { ...SESSION, permissions } });
  const { socket } = await renderInConsole(<JobsTray />);
  await waitFor(() => {
    const asked = socket.sent.filter((frame) => frame.op === "subscribe");
    expect(asked.map(({ query }) => query?.filter)).toContainEqual(UNFINISHED.filter);
  });
});
