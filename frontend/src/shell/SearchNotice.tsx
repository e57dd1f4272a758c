import { useTranslation } from "react-i18next";
import { Notice } from "../states/Notice";
import { AppLink } from "./AppLink";
import { stringifySearch } from "./searchParams";

export interface SearchNoticeProps {
  pathname: string;
  search: object;
  /** The names of what the page does not know. */
  wrong: readonly string[];
}

/** What the address asks of the page that the page does not know; it is shown without it. */
export default function SearchNotice({ pathname, search, wrong }: SearchNoticeProps) {
  const { t } = useTranslation();
  const given = Object.entries(search);
  const asked = given.filter(([name]) => wrong.includes(name));
  const rest = Object.fromEntries(given.filter(([name]) => !wrong.includes(name)));
  return (
    <Notice
      tone="warning"
      className="cr-search-notice"
      title={t("state.badSearch")}
      action={<AppLink href={pathname + stringifySearch(rest)}>{t("state.badSearchDrop")}</AppLink>}
    >
      <span translate="no">
        {asked.map(([name, value]) => `${name}=${String(value).slice(0, LONGEST)}`).join(", ")}
      </span>
    </Notice>
  );
}

/** As much of a value as fits a sentence. */
const LONGEST = 80;
