import { part, usePart } from "../../../overlay/part";
import type { KeyBarProps } from "./KeyBar";
import type { KeyGoneProps } from "./KeyGone";
import type { KeyPastProps } from "./KeyPast";
import type { StoreBarProps } from "./StoreBar";

const keyBar = part(async () => (await import("./KeyBar")).KeyBar);
const keyGone = part(async () => (await import("./KeyGone")).KeyGone);
const keyPast = part(async () => (await import("./KeyPast")).KeyPast);
const storeBar = part(async () => (await import("./StoreBar")).StoreBar);

/** What can be done to a key; its code comes after the page. */
export function KeyChanges(props: KeyBarProps) {
  const Bar = usePart(keyBar, true);
  return Bar && <Bar {...props} />;
}

/** What can be done in a store; its code comes after the page. */
export function StoreChanges(props: StoreBarProps) {
  const Bar = usePart(storeBar, true);
  return Bar && <Bar {...props} />;
}

/** A key that is not there: how it went, if that is known. */
export function KeyGone(props: KeyGoneProps) {
  const Page = usePart(keyGone, true);
  return Page && <Page {...props} />;
}

/** What a key held before; its code comes when it is looked at. */
export function KeyHistory(props: KeyPastProps) {
  const Past = usePart(keyPast, true);
  return Past && <Past {...props} />;
}
