import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { formatMoment } from "../../format/time";
import "../../test/console";
import { ProblemSince } from "./ProblemSince";

test("an age where it is known, else before when it was so already", () => {
  const now = Date.now() / 1000;
  render(<ProblemSince since={now - 600} seen={now - 60} />);
  expect(screen.getByText("10m")).toBeDefined();
  render(<ProblemSince since={null} seen={now - 60} />);
  expect(screen.getByText(`before ${formatMoment(now - 60)}`)).toBeDefined();
});
