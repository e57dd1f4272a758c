import { Tag, type TagColor } from "../overlay/Tag";
import { familyOf, shortKind } from "./kinds";

const COLOURS: Record<ReturnType<typeof familyOf>, TagColor> = {
  pod: "teal",
  controller: "blue",
  node: "purple",
  network: "green",
  storage: "orange",
  config: "grey",
  access: "red",
  image: "teal",
  other: "grey",
};

/** One to four letters for a kind, one colour per family; the full name for everyone else. */
export function KindBadge({ kind }: { kind: string }) {
  return (
    <Tag color={COLOURS[familyOf(kind)]} className="cr-kind" title={kind}>
      <span aria-hidden="true" translate="no">
        {shortKind(kind)}
      </span>
      <span className="pf-v6-screen-reader" translate="no">
        {kind}
      </span>
    </Tag>
  );
}
