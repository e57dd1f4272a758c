import { renderHook } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { pause } from "../features/updates/upload/patience";
import { note, put, type Transfer, useTransfers } from "../features/updates/upload/transfers";
import { forgetOthers } from "./forgetOthers";

beforeEach(() => sessionStorage.clear());

const transfer = (id: string): Transfer => ({
  id,
  by: "anna",
  name: "update.gz",
  size: 10,
  stage: "sending",
  done: 1,
  reason: null,
});

test("what is carried for one person stops when another signs in, not when the same does", async () => {
  forgetOthers("anna");
  const sending = put(transfer("sending"));
  put(transfer("hosted"));
  note("hosted", { stage: "done" });
  forgetOthers("anna");
  expect(sending.aborted).toBe(false);
  forgetOthers("ben");
  expect(sending.aborted).toBe(true);
  await expect(pause(60_000, sending)).rejects.toThrow();
  const { result } = renderHook(() => useTransfers("anna"));
  expect(result.current.map(({ stage }) => stage).sort()).toEqual(["done", "stopped"]);
});
