import type { BulkProps } from "../../actions/BulkButton";
import { part, usePart } from "../../overlay/part";

const buttons = part(async () => (await import("./ObjectsBulk")).ObjectsBulk);

/** What controllers make is theirs; what holds others' things or data goes one by one, by its name. */
const WITHOUT: ReadonlySet<string> = new Set([
  "leases",
  "endpointslices",
  "namespaces",
  "persistentvolumes",
  "persistentvolumeclaims",
  "customresourcedefinitions",
]);

/** Whether there is anything to be done to several rows of a table. */
export const hasBulk = (collection: string): boolean => !WITHOUT.has(collection);

/** What can be done to the ticked objects; its code comes with the first tick. */
export function Bulk(props: BulkProps & { collection: string }) {
  const Buttons = usePart(buttons, true);
  return Buttons && <Buttons {...props} />;
}
