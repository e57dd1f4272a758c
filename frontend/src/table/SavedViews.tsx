import {
  Divider,
  Dropdown,
  DropdownGroup,
  DropdownItem,
  DropdownList,
  MenuToggle,
} from "@patternfly/react-core";
import BookmarkIcon from "@patternfly/react-icons/dist/esm/icons/bookmark-icon";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useActionDialogue } from "../actions/useAction";
import { listViewsOptions } from "../api/generated/@tanstack/react-query.gen";
import type { SavedView } from "../api/generated/types.gen";
import { mayUse, useSession } from "../session/session";
import { goTo, hrefOf } from "../shell/navigate";
import { useScope } from "../shell/scope";
import type { TableSearch } from "./search";
import { editView, keptOf, overwriteView, removeView, saveView } from "./views";

export interface SavedViewsProps {
  collection: string;
  search: TableSearch;
}

/** The table's saved views, one's own and those shared, and what can be done with them. */
export function SavedViews({ collection, search }: SavedViewsProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const session = useSession();
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
  const items = (views: readonly SavedView[]) =>
    views.map((view) => (
      <DropdownItem
        key={view.id}
        to={hrefOf(router, addressOf(router.state.location.pathname, view))}
        isSelected={view === current}
        description={view.own ? undefined : t("views.by", { name: view.owner })}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          goTo(router, addressOf(router.state.location.pathname, view));
        }}
      >
        <span translate="no">{view.name}</span>
        {view.own && view.shared && <span className="cr-muted"> {t("views.isShared")}</span>}
      </DropdownItem>
    ));
  const own = data.filter((view) => view.own);
  const shared = data.filter((view) => !view.own);
  const mayChange = current && (current.own || mayUse(session, "saved-view", "update"));
  const mayRemove = current && (current.own || mayUse(session, "saved-view", "delete"));
  return (
    <>
      <Dropdown
        isOpen={open}
        onOpenChange={setOpen}
        onSelect={() => setOpen(false)}
        popperProps={{ position: "end", appendTo: "inline" }}
        isScrollable
        maxMenuHeight="26rem"
        toggle={(ref) => (
          <MenuToggle
            ref={ref}
            variant={current ? "plainText" : "plain"}
            size="sm"
            icon={<BookmarkIcon />}
            isExpanded={open}
            aria-label={current ? `${t("views.title")}: ${current.name}` : t("views.title")}
            title={t("views.title")}
            onClick={() => setOpen(!open)}
          >
            {current && <span translate="no">{current.name}</span>}
          </MenuToggle>
        )}
      >
        {own.length > 0 && (
          <DropdownGroup label={t("views.own")}>
            <DropdownList>{items(own)}</DropdownList>
          </DropdownGroup>
        )}
        {shared.length > 0 && (
          <DropdownGroup label={t("views.ofOthers")}>
            <DropdownList>{items(shared)}</DropdownList>
          </DropdownGroup>
        )}
        {data.length > 0 && <Divider />}
        <DropdownList>
          <DropdownItem onClick={() => start(saveView, { collection, search: kept }, "")}>
            {t("views.save.offer")}
          </DropdownItem>
          {mayChange && current.search !== kept && (
            <DropdownItem
              onClick={() => start(overwriteView, { view: current, search: kept }, current.name)}
            >
              {t("views.overwrite.offer", { name: current.name })}
            </DropdownItem>
          )}
          {mayChange && (
            <DropdownItem onClick={() => start(editView, current, current.name)}>
              {t("views.edit.offer", { name: current.name })}
            </DropdownItem>
          )}
          {mayRemove && (
            <DropdownItem onClick={() => start(removeView, current, current.name)}>
              {t("views.remove.offer", { name: current.name })}
            </DropdownItem>
          )}
        </DropdownList>
      </Dropdown>
      {dialogue}
    </>
  );
}

/** Where a view is shown: its own search, and which view that is. */
function addressOf(pathname: string, { id, search }: SavedView): string {
  return `${pathname}?${search ? `${search}&` : ""}view=${encodeURIComponent(id)}`;
}

/** An address that names a view alone shows what the view does. */
function useDeepLink(view: SavedView | undefined, kept: string): void {
  const router = useRouter();
  useEffect(() => {
    if (!view || kept !== "" || view.search === "") return;
    router.history.replace(hrefOf(router, addressOf(router.state.location.pathname, view)));
  }, [view, kept, router]);
}
