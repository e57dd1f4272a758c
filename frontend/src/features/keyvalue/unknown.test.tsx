import "../../i18n/etcd";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test } from "vitest";
import type { Row } from "../../api/generated/types.gen";
import "../../i18n/i18n";
import { KEY_RENDERERS } from "./keyCells";

const show = (cell: ReactNode) =>
  render(<QueryClientProvider client={new QueryClient()}>{cell}</QueryClientProvider>);

test("what is not known of a key is said, with the reason; what is known is shown", () => {
  const row = { key: "e:/k", etcd: "e", path: "/k", size: null, changed: null } as unknown as Row;
  show(KEY_RENDERERS.size?.(row));
  expect(screen.getByText("not known yet").parentElement?.title).toContain("without their values");
  show(KEY_RENDERERS.size?.({ ...row, size: 0 } as Row));
  expect(screen.getByText("0 B")).toBeTruthy();
  show(KEY_RENDERERS.changed?.(row));
  expect(screen.getByText("none seen yet")).toBeTruthy();
});
