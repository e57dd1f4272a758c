import { expect, test } from "vitest";
import { ApiError } from "../api/problem";
import { codeOf } from "./codeOf";

const missing = new TypeError("Failed to fetch dynamically imported module: /assets/Page.js");
const answered = (status: number) =>
  new ApiError({ type: "about:blank", title: "asked", status, detail: `answered with ${status}` });
const fails = (error: Error) => () => Promise.reject(error);

test("code that comes is not asked about", async () => {
  const ask = fails(new Error("asked without need"));
  expect(await codeOf(async () => "page", ask)).toBe("page");
});

test("a console that does not answer is why the code did not come", async () => {
  await expect(codeOf(fails(missing), fails(answered(0)))).rejects.toThrow("answered with 0");
  await expect(codeOf(fails(missing), fails(answered(502)))).rejects.toThrow("answered with 502");
});

test("where the console answers, the file itself is what is missing", async () => {
  await expect(codeOf(fails(missing), async () => null)).rejects.toBe(missing);
  await expect(codeOf(fails(missing), fails(answered(403)))).rejects.toBe(missing);
});
