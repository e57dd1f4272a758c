import "../../i18n/operate";
import "../../styles/operate.css";
import { BulkButton, type BulkProps } from "../../actions/BulkButton";
import { cordonMany, evictMany, removeMany, restartMany, uncordonMany } from "./many";

/** What can be done to several objects of one of the tables, as far as the viewer may. */
export function ObjectsBulk({ collection, rows, drop }: BulkProps & { collection: string }) {
  const common = { rows, drop, things: "operate.things" } as const;
  return (
    <>
      {collection === "workloads" && <BulkButton action={restartMany} {...common} />}
      {collection === "pods" && <BulkButton action={evictMany} {...common} />}
      {collection === "machines" && <BulkButton action={cordonMany} {...common} />}
      {collection === "machines" && <BulkButton action={uncordonMany} {...common} />}
      {collection !== "machines" && <BulkButton action={removeMany(collection)} {...common} />}
    </>
  );
}
