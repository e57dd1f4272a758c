import { waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test, vi } from "vitest";
import { ObjectView } from "../features/cluster/ObjectPage";
import { ImageView } from "../features/images/ImagePage";
import { KeyView } from "../features/keyvalue/KeyPage";
import { KeyValueView } from "../features/keyvalue/KeyValuePage";
import { OverviewPage } from "../features/overview/OverviewPage";
import { LiveTable } from "../table/LiveTable";
import { OVERVIEW, SESSION, STACK } from "../test/answers";
import { PODS } from "../test/collections";
import { renderInConsole, stubApi, subscribed } from "../test/console";
import { HEALTH, IMAGE, OBJECT, VALUE } from "../test/details";

const READER = {
  ...SESSION,
  permissions: { ...SESSION.permissions, etcdmember: ["list"], key: ["list"] },
};
const FOREIGN = "\u202eevil\u0007\u200b";
const ACTING = ["\u202e", "\u0007", "\u200b"];
const SEEN = "⟨U+202E⟩evil⟨U+0007⟩⟨U+200B⟩";
const ATTRIBUTES = ["title", "aria-label", "alt", "placeholder"];

/** What decides how something is shown is the console's own word; all else is foreign. */
const WORDS = new Set(
  "form state severity status tone system unit bound kind plural collection link type id at media_type role".split(
    " ",
  ),
);

/** An answer in which every text that a system could have chosen acts on its reader. */
function hostile<T>(answer: T, name = ""): T {
  if (typeof answer === "string") {
    const own = WORDS.has(name) || answer === "" || answer.startsWith("/");
    return (own ? answer : answer + FOREIGN) as T;
  }
  if (Array.isArray(answer)) return answer.map((one) => hostile(one, name)) as T;
  if (typeof answer !== "object" || answer === null) return answer;
  return Object.fromEntries(
    Object.entries(answer).map(([key, value]) => [key, hostile(value, key)]),
  ) as T;
}

/** Every text on the page, and what of it is read beside it. */
function shown(): string {
  const parts = [document.title, document.body.textContent ?? ""];
  for (const element of document.querySelectorAll("*"))
    for (const name of ATTRIBUTES) parts.push(element.getAttribute(name) ?? "");
  return parts.join("\n");
}

const OBJECT_PATH = { cluster: "local", kind: "pods", namespace: "shop", name: "cart-5895-x" };

function answers() {
  stubApi({
    collections: { collections: [PODS] },
    "collections/etcd-members": { rows: [{ key: "local/1", etcd: "local", name: "etcd-1" }] },
    "collections/namespaces": { rows: [] },
    "collections/tags": { rows: [] },
    "clusters/local/pods/shop/cart-5895-x": hostile(OBJECT),
    "registries/local/image": hostile(IMAGE),
    "etcd/local": hostile(HEALTH),
    "etcd/local/value": hostile(VALUE),
    overview: { ...hostile(OVERVIEW), systems: OVERVIEW.systems },
    session: READER,
    stack: STACK,
  });
}

const PAGES: [string, ReactNode, string][] = [
  ["an object", <ObjectView key="o" path={OBJECT_PATH} />, "/"],
  ["its containers", <ObjectView key="c" path={OBJECT_PATH} />, "/?tab=containers"],
  ["its labels", <ObjectView key="l" path={OBJECT_PATH} />, "/?tab=labels"],
  ["an image", <ImageView key="i" registry="local" repository="shop/cart" reference="1" />, "/"],
  [
    "its layers",
    <ImageView key="y" registry="local" repository="a" reference="1" />,
    "/?tab=layers",
  ],
  ["a key", <KeyView key="k" etcd="local" path={`/a/${FOREIGN}`} />, "/"],
  ["the store", <KeyValueView key="s" tab={undefined} />, "/"],
  ["the overview", <OverviewPage key="v" />, "/"],
];

test.each(PAGES)("nothing on the page of %s acts on its reader", async (_, page, at) => {
  answers();
  await renderInConsole(page, at);
  await waitFor(() => expect(shown()).toContain(SEEN));
  expect(ACTING.filter((one) => shown().includes(one))).toEqual([]);
});

test("no cell, hover text or panel of a table acts on its reader", async () => {
  answers();
  const table = (
    <LiveTable collection="pods" title="Pods" search={{ row: "a" }} onSearch={vi.fn()} />
  );
  const { socket, snapshot } = await renderInConsole(table);
  await subscribed(socket);
  const row = { key: "a", name: FOREIGN, phase: FOREIGN, labels: { [FOREIGN]: FOREIGN } };
  snapshot({ rows: [{ ...row, usage: 3, created: 1 }] });
  await waitFor(() => expect(shown()).toContain(SEEN));
  expect(ACTING.filter((one) => shown().includes(one))).toEqual([]);
});
