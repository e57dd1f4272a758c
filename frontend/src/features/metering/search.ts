import { type Param, text } from "../../pages/search";

const month: Param<string> = (raw) =>
  typeof raw === "string" && /^20\d\d-(0[1-9]|1[0-2])$/.test(raw) ? raw : undefined;

const day: Param<string> = (raw) =>
  typeof raw === "string" && /^20\d\d-(0[1-9]|1[0-2])-([0-2]\d|3[01])$/.test(raw) ? raw : undefined;

/** What is looked at is the page's address, so that it can be sent to others. */
export const METERING_SEARCH = { meter: text, month, cluster: text, by: text, day };
