import {
  listConnectionKindsOptions,
  readConnectionImpactOptions,
  readConnectionOptions,
} from "../../api/generated/@tanstack/react-query.gen";
import {
  changeConnection,
  createConnection as create,
  deleteConnection,
  listConnectionChoices,
  reauthenticateConnection,
  switchConnection,
  testConnection as test,
} from "../../api/generated/sdk.gen";
import type { ConnectionView, FoundView, KindView } from "../../api/generated/types.gen";
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

/** The kinds of system that can be connected, with their forms. */
export const kindsQuery = { ...listConnectionKindsOptions(), staleTime: 300_000 };

export const connectionQuery = (kind: string, name: string) => ({
  ...readConnectionOptions({ path: { kind, name } }),
  retry: false,
});

export const impactQuery = (kind: string, name: string) => ({
  ...readConnectionImpactOptions({ path: { kind, name } }),
  staleTime: 0,
});

export const choicesOf = async (kind: string, field: string, values: Values) =>
  (await listConnectionChoices({ body: { kind, field, values } })).data;

export const testConnection = async (draft: Named) =>
  (await test({ body: draft, deadline: TEST_MS })).data;

export const createConnection = async (draft: Named, untested: boolean) =>
  (await create({ body: { ...draft, untested }, deadline: TEST_MS })).data;

/** The changes of one connection, each against the version that was seen. */
export function changesOf({ kind, name, row_version }: ConnectionView) {
  const one = { path: { kind, name }, headers: { "If-Match": `"${row_version}"` } };
  return {
    save: async (body: Draft, untested: boolean) =>
      (await changeConnection({ ...one, body, query: { untested }, deadline: TEST_MS })).data,
    reauthenticate: async (values: Values) =>
      (await reauthenticateConnection({ ...one, body: { values }, deadline: TEST_MS })).data,
    switch: async (disabled: boolean) =>
      (await switchConnection({ ...one, body: { disabled } })).data,
    remove: async () => (await deleteConnection(one)).data,
  };
}

export const diagnosticsHref = (kind: string, name: string) =>
  `connections/${segment(kind)}/${segment(name)}/diagnostics`;
