import { expect, test } from "vitest";
import { codeOf } from "./DevicePage";

test("the address brings the code, and nothing else", () => {
  expect(codeOf("#BCDF-GHJK")).toBe("BCDF-GHJK");
  for (const other of ["", "#", "#BCDF", "#BCDF-GHJK&x=1", "#<script>"])
    expect(codeOf(other)).toBe("");
});
