import { part, usePart } from "../overlay/part";
import { useLicenceConcern } from "./useLicenceConcern";

/** Most consoles never have anything to say: what says it comes when there is. */
const noticePart = part(async () => (await import("./LicenceNotice")).LicenceNotice);

/** One calm line above the page, for who may put a licence in, until it is put away. */
export function LicenceBanner() {
  const [concern, dismiss] = useLicenceConcern();
  const Notice = usePart(noticePart, concern !== null);
  return Notice && concern && <Notice concern={concern} onDismiss={dismiss} />;
}
