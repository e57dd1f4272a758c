import BookmarkIcon from "@patternfly/react-icons/dist/esm/icons/bookmark-icon";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useActionDialogue } from "../actions/ActionHost";
import { listViewsOptions } from "../api/generated/@tanstack/react-query.gen";
import type { SavedView } from "../api/generated/types.gen";
import { MenuButton } from "../overlay/MenuButton";
import { part } from "../overlay/part";
import { goInstead } from "../shell/navigate";
import { useScope } from "../shell/scope";
import type { TableSearch } from "./search";
import { addressOfView, keptOf } from "./views";

const choices = part(async () => (await import("./ViewChoices")).ViewChoices);

export interface SavedViewsProps {
  collection: string;
  search: TableSearch;
}

/** The table's saved views, one's own and those shared, and what can be done with them. */
export function SavedViews({ collection, search }: SavedViewsProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const { start, dialogue } = useActionDialogue();
  const kept = keptOf(search, useScope());
  const { data = [] } = useQuery({
    ...listViewsOptions({ query: { collection } }),
    enabled: open || search.view !== undefined,
    staleTime: 5_000,
    retry: false,
  });
  const current = data.find(({ id }) => id === search.view);
  useDeepLink(current, kept);
  return (
    <>
      <MenuButton
        menu={choices}
        given={{ collection, data, current, kept, start }}
        variant={current ? "plainText" : "plain"}
        size="sm"
        icon={<BookmarkIcon />}
        aria-label={current ? `${t("views.title")}: ${current.name}` : t("views.title")}
        title={t("views.title")}
        onOpen={setOpen}
      >
        {current && <span translate="no">{current.name}</span>}
      </MenuButton>
      {dialogue}
    </>
  );
}

/** An address that names a view alone shows what the view does. */
function useDeepLink(view: SavedView | undefined, kept: string): void {
  const router = useRouter();
  useEffect(() => {
    if (!view || kept !== "" || view.search === "") return;
    goInstead(router, addressOfView(router.state.location.pathname, view));
  }, [view, kept, router]);
}
