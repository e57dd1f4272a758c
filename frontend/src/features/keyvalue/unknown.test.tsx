import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Row } from "../../api/generated/types.gen";
import "../../i18n/i18n";
import { KEY_RENDERERS } from "./unknown";

test("what is not known of a key is said, with the reason; what is known is shown", () => {
  const row = { key: "e:/k", size: null, changed: null } as unknown as Row;
  render(KEY_RENDERERS.size?.(row));
  expect(screen.getByText("not known yet").parentElement?.title).toContain("without their values");
  render(KEY_RENDERERS.size?.({ ...row, size: 0 } as Row));
  expect(screen.getByText("0 B")).toBeTruthy();
  render(KEY_RENDERERS.changed?.(row));
  expect(screen.getByText("none seen yet")).toBeTruthy();
});
