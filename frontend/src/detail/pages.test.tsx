import { act } from "@testing-library/react";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ObjectView } from "../features/cluster/ObjectPage";
import { ImageView } from "../features/images/ImagePage";
import { KeyView } from "../features/keyvalue/KeyPage";
import { KeyValueView } from "../features/keyvalue/KeyValuePage";
import { ValueBody } from "../features/keyvalue/ValueViewer";
import { startI18n } from "../i18n/i18n";
import { SESSION } from "../test/answers";
import { expectAccessible, renderInConsole, stubApi } from "../test/console";
import { HEALTH, IMAGE, OBJECT, VALUE } from "../test/details";
import { untranslated } from "../test/untranslated";

beforeAll(() => startI18n("qps"));
afterAll(() => startI18n("en"));

beforeEach(() =>
  stubApi({
    collections: { collections: [] },
    session: {
      ...SESSION,
      permissions: { ...SESSION.permissions, etcdmember: ["list"], key: ["list"] },
    },
    "collections/etcd-members": { rows: [{ key: "local/1", etcd: "local", name: "etcd-1" }] },
    "collections/tags": { rows: [] },
    "clusters/local/pods/shop/cart-5895-x": OBJECT,
    "registries/local/image": IMAGE,
    "etcd/local": HEALTH,
    "etcd/local/value": VALUE,
  }),
);

const settled = () => act(() => new Promise((resolve) => setTimeout(resolve, 400)));
const OBJECT_PATH = { cluster: "local", kind: "pods", namespace: "shop", name: "cart-5895-x" };
const object = <ObjectView path={OBJECT_PATH} />;
const image = <ImageView registry="local" repository="shop/cart" reference="1.9.0" />;

test.each([
  ["an object", object, "/", "Exits with code 1, 3 restarts"],
  ["its containers", object, "/?tab=containers", "terminated: Error"],
  ["its labels", object, "/?tab=labels", "cart"],
  ["an image", image, "/", "linux/amd64"],
  ["its layers", image, "/?tab=layers", "COPY a /a"],
  ["its configuration", image, "/?tab=config", "/bin/cart"],
  ["its history", image, "/?tab=history", "ENV A=b"],
  ["a key", <KeyView key="k" etcd="local" path="/config/a" />, "/?tab=details", "7587"],
  ["the store", <KeyValueView key="s" tab={undefined} />, "/", "tolerates no more failures"],
])("the page of %s is translated and accessible", async (_, page, at, says) => {
  await renderInConsole(<main id="main">{page}</main>, at);
  await settled();
  expect(document.body.textContent).toContain(says);
  expect(untranslated()).toEqual([]);
  await expectAccessible();
});

test.each(["masked", "encrypted", "empty"] as const)(
  "a value that is %s is never shown",
  async (form) => {
    const value = { ...VALUE, form, text: "top secret", note: "why" };
    await renderInConsole(<ValueBody value={value} />);
    await settled();
    expect(document.body.textContent).toContain("why");
    expect(document.body.textContent).not.toContain("top secret");
    expect(untranslated()).toEqual([]);
  },
);

test("a missing object says so, with its name and the way back", async () => {
  await renderInConsole(<ObjectView path={{ ...OBJECT_PATH, name: "nope" }} />);
  await settled();
  expect(document.querySelector("[data-state=not-found]")).not.toBeNull();
  expect(document.querySelector("h1")?.textContent).toBe("nope");
  await expectAccessible();
});

test("an object that vanishes from its collection keeps its last state, marked deleted", async () => {
  const { snapshot, socket } = await renderInConsole(object);
  await settled();
  const asked = socket.sent.find(
    (frame) => frame.op === "subscribe" && frame.collection === "pods",
  );
  const id = asked?.op === "subscribe" ? asked.id : "";
  const row = { key: "a", status: "Running", healthy: true };
  snapshot({ id, rows: [row] });
  expect(document.querySelector(".cr-gone")).toBeNull();
  snapshot({ id, rows: [], seq: 2 });
  expect(document.querySelector(".cr-gone")).not.toBeNull();
  expect(document.body.textContent).toContain("10.0.0.1");
});
