import type { ParseKeys } from "i18next";
import type { ComponentType } from "react";
import type { Row } from "../api/generated/types.gen";
import type { Part } from "../overlay/part";
import type { SearchSchema } from "./search";

/** Groups of the navigation, in the order they stand in. */
export const GROUPS = ["now", "fleet", "software", "organisation"] as const;
export type Group = (typeof GROUPS)[number];

/** A right as the session lists it: somewhere, on any object of the kind. */
export type Right = readonly [kind: string, verb: string];

/** A page's place in the navigation. */
export interface NavigationEntry {
  group: Group;
  /** Position within the group; smaller stands higher. */
  order: number;
  icon: ComponentType;
  /** How much there is to do behind it, for who may do it; its code comes after the first page. */
  badge?: { needs: Right; part: Part<object> };
}

/** Something the palette can do that is no page and no object. */
export interface Command {
  id: string;
  title: ParseKeys;
  /** A path of the console that the command leads to. */
  href: string;
  needs?: Right;
}

/**
 * One page of the console. From the manifest follow the route, the navigation, the palette and
 * where rows lead; no other file names a page. It is the extension point, too: a folder in
 * `features/` with a `page.ts` is a page.
 */
export interface PageManifest {
  /** Unique and stable; the navigation and tests know the page by it. */
  id: string;
  /** The router's pattern, e.g. `/machines` or `/workloads/{-$kind}`. */
  path: string;
  title: ParseKeys;
  /** Absent for pages that are reached from others only. */
  navigation?: NavigationEntry;
  /** Any one of these lets the page be offered; absent means everybody signed in. */
  needs?: readonly Right[];
  /** The parameters the page's address takes; absent: none of its own. */
  search?: SearchSchema;
  /** Which of the masthead's selectors the page honours; only those are shown. */
  scope?: readonly ("cluster" | "namespace" | "team")[];
  /** The page's component, loaded when it is opened. */
  load: () => Promise<ComponentType>;
  /** Collection → the page that lists it. */
  lists?: Readonly<Record<string, string>>;
  /** Collection → where one of its rows is shown in full; undefined when its table is all. */
  rows?: Readonly<Record<string, (row: Row) => string | undefined>>;
  commands?: readonly Command[];
}

/** Declares a page; exists so that a manifest is checked where it is written. */
export function definePage(page: PageManifest): PageManifest {
  return page;
}

/** The address of a page without its parameters: `/workloads/{-$kind}` → `/workloads`. */
export function addressOf({ path }: PageManifest): string {
  return path.replace(/\/?\{?-?\$.*$/, "") || "/";
}

/** A value as one segment of an address; `-` stands for nothing, as in `clusters/…/-/name`. */
export function segment(value: unknown): string {
  return encodeURIComponent(String(value ?? "-") || "-");
}
