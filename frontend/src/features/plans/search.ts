import { oneOf, type Param, text, texts } from "../../pages/search";

export const MOST = 10_000_000;

/** How many there are, as a whole number that can be reckoned with. */
const quantity: Param<number> = (raw) => {
  const value = typeof raw === "string" && /^\d{1,8}$/.test(raw) ? Number(raw) : raw;
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MOST
    ? value
    : undefined;
};

const day: Param<string> = (raw) =>
  typeof raw === "string" && /^\d{4}-\d{2}-\d{2}$/.test(raw) ? raw : undefined;

export const INTERVALS = ["month", "quarter", "year"] as const;

const every = oneOf(...INTERVALS);

/** A simulation is its address, so that it can be sent to others. */
export const PLANS_SEARCH = {
  quantity,
  meter: text,
  version: texts,
  from: text,
  fromQuantity: quantity,
  fromEvery: every,
  to: text,
  toQuantity: quantity,
  toEvery: every,
  on: day,
  began: day,
};
