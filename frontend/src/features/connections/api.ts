import { queryOptions } from "@tanstack/react-query";
import type {
  ChoiceView,
  ConnectionView,
  FoundView,
  ImpactView,
  KindView,
} from "../../api/generated/types.gen";
import { request } from "../../api/http";
import { segment } from "../../pages/page";

export type { ConnectionView, FoundView, KindView };
export type FieldView = KindView["ways"][number]["fields"][number];
export type WayView = KindView["ways"][number];
export type Value = string | string[] | null;
export type Values = Record<string, Value>;

/** What a form sends: which way, and the values of its fields; absent secrets stay. */
export interface Draft {
  way: string;
  values: Values;
}

export interface Named extends Draft {
  kind: string;
  name: string;
}

/** A test holds the answer back as long as the system takes to give one. */
const TEST_MS = 30_000;

const pathOf = (kind: string, name: string) => `connections/${segment(kind)}/${segment(name)}`;

/** The kinds of system that can be connected, with their forms. */
export const kindsQuery = queryOptions({
  queryKey: ["connections", "kinds"],
  queryFn: ({ signal }) => request<KindView[]>("connections/kinds", { signal }),
  staleTime: 300_000,
});

export const connectionQuery = (kind: string, name: string) =>
  queryOptions({
    queryKey: ["connections", "one", kind, name],
    queryFn: ({ signal }) => request<ConnectionView>(pathOf(kind, name), { signal }),
    retry: false,
  });

export const impactQuery = (kind: string, name: string) =>
  queryOptions({
    queryKey: ["connections", "impact", kind, name],
    queryFn: ({ signal }) => request<ImpactView>(`${pathOf(kind, name)}/impact`, { signal }),
    staleTime: 0,
  });

export const choicesOf = (kind: string, field: string, values: Values) =>
  request<ChoiceView[]>("connections/choices", { method: "POST", body: { kind, field, values } });

export const testConnection = (draft: Named) =>
  request<FoundView | null>("connections/test", {
    method: "POST",
    body: draft,
    deadline: TEST_MS,
  });

export const createConnection = (draft: Named, untested: boolean) =>
  request<ConnectionView>("connections", {
    method: "POST",
    body: { ...draft, untested },
    deadline: TEST_MS,
  });

/** The changes of one connection, each against the version that was seen. */
export function changesOf({ kind, name, row_version }: ConnectionView) {
  const path = pathOf(kind, name);
  const ifMatch = `"${row_version}"`;
  return {
    save: ({ way, values }: Draft, untested: boolean) =>
      request<ConnectionView>(untested ? `${path}?untested=true` : path, {
        method: "PUT",
        body: { way, values },
        ifMatch,
        deadline: TEST_MS,
      }),
    reauthenticate: (values: Values) =>
      request<ConnectionView>(`${path}/credentials`, {
        method: "POST",
        body: { values },
        ifMatch,
        deadline: TEST_MS,
      }),
    switch: (disabled: boolean) =>
      request<ConnectionView>(path, { method: "PATCH", body: { disabled }, ifMatch }),
    remove: () => request<void>(path, { method: "DELETE", ifMatch }),
  };
}

export const diagnosticsHref = (kind: string, name: string) => `${pathOf(kind, name)}/diagnostics`;
