import { longText, oneOf, TABLE_SEARCH, text } from "../../pages/search";

/** Which store, and the state of the table of keys. */
export const STORE_SEARCH = { ...TABLE_SEARCH, etcd: text };

/** Which key. */
export const KEY_SEARCH = { key: longText, tab: oneOf("value", "details", "activity") };
