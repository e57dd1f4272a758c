import {
  Divider,
  Dropdown,
  DropdownGroup,
  DropdownItem,
  DropdownList,
} from "@patternfly/react-core";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Started } from "../actions/ActionHost";
import type { SavedView } from "../api/generated/types.gen";
import type { MenuProps } from "../overlay/menu";
import { mayUse, useSession } from "../session/session";
import { goTo, hrefOf } from "../shell/navigate";
import { addressOfView, editView, overwriteView, removeView, saveView } from "./views";

export interface ViewChoicesProps extends MenuProps {
  collection: string;
  /** All the views there are. */
  data: readonly SavedView[];
  current: SavedView | undefined;
  /** What of the present address a view would keep. */
  kept: string;
  start: Started["start"];
}

/** The views to choose from, and what can be done with the one that is shown. */
export function ViewChoices(props: ViewChoicesProps) {
  const { collection, data, current, kept, start, ...menu } = props;
  const { t } = useTranslation();
  const router = useRouter();
  const session = useSession();
  const items = (views: readonly SavedView[]) =>
    views.map((view) => (
      <DropdownItem
        key={view.id}
        to={hrefOf(router, addressOfView(router.state.location.pathname, view))}
        isSelected={view === current}
        description={view.own ? undefined : t("views.by", { name: view.owner })}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          goTo(router, addressOfView(router.state.location.pathname, view));
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
    <Dropdown
      isOpen={menu.isOpen}
      onOpenChange={menu.onOpen}
      onSelect={() => menu.onOpen(false)}
      popperProps={{ position: "end", appendTo: "inline" }}
      isScrollable
      maxMenuHeight="26rem"
      toggle={{ toggleNode: null, toggleRef: menu.toggle }}
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
  );
}
