import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readGrantorsOptions } from "../api/generated/@tanstack/react-query.gen";

/** The people who can give the viewer what they lack, by name; an owner while that is unknown. */
export function WhoGrants() {
  const { t, i18n } = useTranslation();
  const { data } = useQuery({ ...readGrantorsOptions(), staleTime: 300_000, retry: false });
  const names = data?.names ?? [];
  if (names.length === 0) return t("state.anOwnerGrants");
  const [before = "", after = ""] = t("state.whoGrants", { names: "\u0000" }).split("\u0000");
  return (
    <span data-grantors={names.length}>
      {before}
      <strong translate="no">
        {new Intl.ListFormat(i18n.language === "qps" ? "en" : i18n.language, {
          type: "disjunction",
        }).format(names)}
      </strong>
      {after}
    </span>
  );
}
