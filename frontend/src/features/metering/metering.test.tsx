import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import type {
  MeteredDayView,
  MeteredHours,
  MeteredUsage,
  MeterList,
} from "../../api/generated/types.gen";
import { expectAccessible, renderInConsole, stubApi } from "../../test/console";
import { barsOf } from "./bars";
import { monthAfter, monthOf, monthsBack } from "./format";
import { MeteringPage } from "./MeteringPage";

vi.mock("./plot", () => ({ drawn: () => () => undefined }));

const HOUR = 3600;
const START = Date.UTC(2026, 10, 1) / 1000;
const peaks = [60, 58, 12];

const METERS: MeterList = {
  items: [
    {
      name: "servers",
      title: "Servers",
      unit: "server",
      means: "",
      aggregation: "sustained:2",
      clusters: ["berlin"],
      last: START,
    },
    {
      name: "memory",
      title: "Memory",
      unit: "MiB",
      means: "",
      aggregation: "average",
      clusters: [],
      last: START,
    },
  ],
  zone: "UTC",
  first: START,
  next: START + 30 * 24 * HOUR,
};

const DAYS: MeteredDayView[] = peaks.map((high, at) => ({
  day: `2026-11-0${at + 1}`,
  start: START + at * 24 * HOUR,
  end: START + (at + 1) * 24 * HOUR,
  low: 10,
  high,
  peak: START + at * 24 * HOUR,
  average: "11.5",
  covered: at === 2 ? 12 * HOUR : 24 * HOUR,
  expected: 24 * HOUR,
}));

const USAGE: MeteredUsage = {
  meter: "servers",
  unit: "server",
  cluster: "",
  zone: "UTC",
  first: "2026-11-01",
  until: "2026-12-01",
  start: START,
  end: START + 30 * 24 * HOUR,
  running: true,
  aggregation: "sustained:2",
  value: "12",
  why: {
    rule: "sustained",
    source: { value: 12, hour: START + 48 * HOUR, day: "2026-11-03" },
    free: [
      { value: 60, hour: START, day: "2026-11-01" },
      { value: 58, hour: START + 24 * HOUR, day: "2026-11-02" },
    ],
    free_count: 2,
    filled: 0,
    divisor: null,
  },
  coverage: { covered: 60 * HOUR, expected: 72 * HOUR, missing: 12, partial: 0 },
  days: DAYS,
  frozen: null,
};

const HOURS: MeteredHours = {
  meter: "servers",
  unit: "server",
  cluster: "",
  zone: "UTC",
  day: "2026-11-02",
  start: START + 24 * HOUR,
  end: START + 48 * HOUR,
  items: [
    {
      start: START + 24 * HOUR,
      low: 3,
      high: 58,
      average: "7.25",
      samples: 60,
      covered: 1800,
      stored: START,
    },
  ],
};

const answers = (usage: MeteredUsage = USAGE, meters: MeterList = METERS) =>
  stubApi({
    "metering/meters": meters,
    "metering/servers": usage,
    "metering/memory": { ...usage, meter: "memory", unit: "MiB", value: "2048" },
    "metering/servers/hours": HOURS,
  });

beforeEach(() => answers());

test("the number is explained in words: its day, and those that are free", async () => {
  await renderInConsole(<MeteringPage />);
  expect(await screen.findByText("Servers in November 2026 until now: 12")).toBeTruthy();
  expect(
    screen.getByText(
      "The highest hour of Nov 3, 2026, the highest day that is billed. " +
        "The 2 higher days are free: 60 (Nov 1, 2026), 58 (Nov 2, 2026).",
    ),
  ).toBeTruthy();
  expect(screen.getByText(/83.3% of the time is known. 12 hours were not seen/)).toBeTruthy();
  const rows = within(screen.getByRole("table", { name: "Days" })).getAllByRole("row");
  expect(rows.slice(1).map((row) => row.querySelector(".cr-muted")?.textContent)).toEqual([
    "free",
    "free",
    "billed",
  ]);
  expect(screen.getByRole("link", { name: "Hours as CSV" }).getAttribute("href")).toContain(
    "metering/servers/csv?first=2026-11-01&until=2026-12-01",
  );
  await expectAccessible();
});

test("a day opens to its hours, by the address", async () => {
  const user = userEvent.setup();
  const console = await renderInConsole(<MeteringPage />);
  await user.click(await screen.findByRole("button", { name: "Nov 2, 2026" }));
  const table = await screen.findByRole("table", { name: "Hours of Nov 2, 2026" });
  expect(within(table).getByRole("row", { name: /58 3 7.25 60 50%/ })).toBeTruthy();
  expect(console.location()).toContain("day=2026-11-02");
  await user.click(screen.getByRole("button", { name: "Close" }));
  expect(console.location()).not.toContain("day=");
});

test("another meter has its own unit, and forgets what was asked of the first", async () => {
  const user = userEvent.setup();
  const console = await renderInConsole(<MeteringPage />, "/?cluster=berlin&by=peak");
  await user.selectOptions(await screen.findByLabelText("What is metered"), "memory");
  expect(await screen.findByText("Memory in November 2026 until now: 2 GiB")).toBeTruthy();
  expect(console.location()).toBe("/?meter=memory");
  expect(screen.queryByLabelText("Of")).toBeNull();
});

test("before the first hour it says when there will be one", async () => {
  answers(USAGE, { ...METERS, first: null });
  await renderInConsole(<MeteringPage />);
  expect(await screen.findByText(/Nothing has been metered yet: the first hour/)).toBeTruthy();
  await expectAccessible();
});

test("who may not see it is told", async () => {
  vi.stubGlobal("fetch", async () => Response.json({ status: 403 }, { status: 403 }));
  await renderInConsole(<MeteringPage />);
  expect(await screen.findByText(/may not see/i)).toBeTruthy();
});

test("a month that is frozen says by what, and what came later", async () => {
  answers({
    ...USAGE,
    running: false,
    value: "14",
    frozen: {
      value: "12",
      stored_lt: START,
      digest: "d",
      late: "next-invoice",
      difference: "2",
    },
  });
  await renderInConsole(<MeteringPage />);
  expect(await screen.findByText(/Hours that came later change it by 2: a line of/)).toBeTruthy();
});

test("bars are days; what is not known is hatched, what is to come is not", () => {
  const bars = barsOf(USAGE, START + 5 * 24 * HOUR);
  expect(bars.days).toHaveLength(30);
  expect(bars.counted.slice(0, 4)).toEqual([null, null, 12, null]);
  expect(bars.free.slice(0, 4)).toEqual([60, 58, null, null]);
  expect(bars.unknown.slice(0, 6)).toEqual([0, 0, 0.5, 1, 1, 0]);
});

test("months go over the years", () => {
  expect(monthAfter("2026-12")).toBe("2027-01");
  expect(monthsBack("2025-11", "2026-02")).toEqual(["2026-02", "2026-01", "2025-12", "2025-11"]);
  expect(monthOf(START - 1, "Europe/Berlin")).toBe("2026-11");
  expect(monthOf(START - 1, "UTC")).toBe("2026-10");
});
