import {
  listConnectionKindsOptions,
  readConnectionOptions,
} from "../../api/generated/@tanstack/react-query.gen";
import type { ConnectionView, FoundView, KindView } from "../../api/generated/types.gen";
import { segment } from "../../pages/page";

export type { ConnectionView, FoundView, KindView };
export type FieldView = KindView["ways"][number]["fields"][number];
export type WayView = KindView["ways"][number];

/** The kinds of system that can be connected, with their forms. */
export const kindsQuery = { ...listConnectionKindsOptions(), staleTime: 300_000 };

export const connectionQuery = (kind: string, name: string) => ({
  ...readConnectionOptions({ path: { kind, name } }),
  retry: false,
});

export const diagnosticsHref = (kind: string, name: string) =>
  `connections/${segment(kind)}/${segment(name)}/diagnostics`;
