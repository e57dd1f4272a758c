import type { BulkProps } from "../../actions/BulkButton";
import { part, usePart } from "../../overlay/part";

const buttons = part(async () => (await import("./ObjectsBulk")).ObjectsBulk);

const WITHOUT: ReadonlySet<string> = new Set(["leases", "endpointslices"]);

/** Whether there is anything to be done to several rows of a table: what controllers make is theirs. */
export const hasBulk = (collection: string): boolean => !WITHOUT.has(collection);

/** What can be done to the ticked objects; its code comes with the first tick. */
export function Bulk(props: BulkProps & { collection: string }) {
  const Buttons = usePart(buttons, true);
  return Buttons && <Buttons {...props} />;
}
