import type { Detail as ObjectDetail, Row } from "../../api/generated/types.gen";
import { AppLink } from "../../shell/AppLink";
import { refHref } from "./relations";

/** Kinds whose row is joined with what others say of it, so that it knows more than the object. */
const JOINED: readonly string[] = ["services", "persistentvolumeclaims"];

/** Why the object is as it is, with a link to the pod that is the cause. */
export function StateSentence({ object, row }: { object: ObjectDetail; row: Row | undefined }) {
  const { because, cluster } = object;
  const href = because ? refHref(cluster, because) : undefined;
  const joined = JOINED.includes(object.plural) && row?.reason ? String(row.reason) : "";
  return (
    <>
      <span translate="no">{joined || object.summary}</span>
      {because && href && (
        <>
          {" "}
          <AppLink href={href}>
            <span translate="no">{because.name}</span>
          </AppLink>
        </>
      )}
    </>
  );
}
