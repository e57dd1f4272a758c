import { expect, test } from "vitest";
import {
  imageHref,
  imageName,
  isDigest,
  onlyRegistry,
  parseImage,
  repositoryHref,
  runningFilter,
} from "./imageLinks";

const DIGEST = `sha256:${"ab".repeat(32)}`;

test("tags and digests are told apart", () => {
  expect(isDigest(DIGEST)).toBe(true);
  expect(isDigest("1.9.0")).toBe(false);
  expect(imageName("shop/cart", "1.9.0")).toBe("shop/cart:1.9.0");
  expect(imageName("shop/cart", DIGEST)).toBe(`shop/cart@${DIGEST}`);
});

test("repository names keep their slashes inside one parameter", () => {
  expect(imageHref("local", "shop/cart", "1.9.0")).toBe(
    "/images/local/manifest?repository=shop%2Fcart&reference=1.9.0",
  );
  expect(repositoryHref("local", "shop/cart")).toBe(
    "/images/local/repository?repository=shop%2Fcart",
  );
});

test("what runs an image is asked for by each of its digests once", () => {
  expect(runningFilter([DIGEST, DIGEST, "sha256:cd"])).toEqual([
    `digests in (${DIGEST},sha256:cd)`,
  ]);
});

test.each([
  ["127.0.0.1:5000/shop/cart:1.9.0", { repository: "shop/cart", tag: "1.9.0" }],
  ["registry.example/cart", { repository: "cart", tag: "latest" }],
  ["shop/cart:2", { repository: "shop/cart", tag: "2" }],
  ["nginx", { repository: "nginx", tag: "latest" }],
  [`shop/cart@${DIGEST}`, null],
])("the image %s is in a repository under a tag", (image, parsed) =>
  expect(parseImage(image)).toEqual(parsed),
);

test("an image is linked by its tag only where one registry alone holds it", () => {
  const row = (registry: string, name: string) => ({
    key: `${registry}/${name}`,
    registry,
    repository: "shop/cart",
    name,
  });
  const rows = [row("one", "1"), row("two", "1"), row("two", "2")];
  const at = (tag: string) => onlyRegistry(rows, { repository: "shop/cart", tag });
  expect([at("1"), at("2"), at("3")]).toEqual([undefined, "two", undefined]);
});
