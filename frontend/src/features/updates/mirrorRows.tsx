import { useTranslation } from "react-i18next";
import { Age } from "../../format/Age";
import type { Renderers } from "../../table/TableRow";

/** What a person needs first of a mirror, where there is room for two things only. */
export const MIRROR_BRIEF = ["seen", "offered"] as const;

/** A mirror that was registered and never asked is told from one whose times are not known. */
export const MIRROR_RENDERERS: Renderers = {
  seen: ({ seen }) => (typeof seen === "number" ? <Age at={seen} /> : <NeverAsked />),
};

function NeverAsked() {
  return <>{useTranslation().t("updates.mirror.never")}</>;
}
