import { render } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { Age } from "./Age";
import { learnClock, serverNow } from "./clock";
import { formatClock, formatExact, formatMoment } from "./time";

const now = () => Date.now() / 1000;
const httpDate = (seconds: number) => new Date(seconds * 1000).toUTCString();

afterEach(() => learnClock(httpDate(now()), Date.now()));

test.each([3600, -3600])("a browser's clock that is wrong by %d s makes no age wrong", (wrong) => {
  learnClock(httpDate(now() + wrong), Date.now());
  expect(Math.abs(serverNow() - now() - wrong)).toBeLessThan(30);
  const { container } = render(<Age at={serverNow() - 7 * 3600} />);
  expect(container.textContent).toBe("7h");
});

test("an answer without a time, or with the same, changes nothing", () => {
  learnClock(null, Date.now());
  learnClock("soon", Date.now());
  learnClock(httpDate(now()), Date.now());
  expect(Math.abs(serverNow() - now())).toBeLessThan(1);
});

test.each([0, -62_135_596_800, 1e15, Number.MAX_SAFE_INTEGER])(
  "%d is no time, and is shown as what was told",
  (at) => {
    const { container } = render(<Age at={at} />);
    expect(container.textContent).toBe(at === 0 ? "–" : String(at));
    expect([formatExact(at), formatClock(at), formatMoment(at)]).toEqual(Array(3).fill(String(at)));
  },
);

test("a time that has not come is said to lie ahead", () => {
  const { container } = render(<Age at={serverNow() + 4 * 365 * 86_400} />);
  expect(container.textContent).toMatch(/^in /);
});
