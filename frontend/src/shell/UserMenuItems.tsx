import {
  Divider,
  Dropdown,
  DropdownGroup,
  DropdownItem,
  DropdownList,
} from "@patternfly/react-core";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { SessionView } from "../api/generated/types.gen";
import type { MenuProps } from "../overlay/menu";
import { goTo } from "./navigate";
import { useSignOut } from "./useSignOut";

/** What the user's menu holds: who is signed in, what they may do, and the way out. */
export function UserMenuItems({ toggle, isOpen, onOpen, session }: UserMenuItemsProps) {
  const { t } = useTranslation();
  const leave = useSignOut();
  const router = useRouter();
  const profile = () => {
    onOpen(false);
    goTo(router, "/profile");
  };
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={onOpen}
      popperProps={{ position: "end" }}
      toggle={{ toggleNode: null, toggleRef: toggle }}
    >
      <DropdownGroup label={session.name || session.login} labelHeadingLevel="h2">
        <div className="cr-user-roles" translate="no">
          {session.roles.map(({ title, role, scope }) => (
            <p key={`${role} ${scope}`}>
              {title || role} <span className="cr-muted">{scope}</span>
            </p>
          ))}
        </div>
      </DropdownGroup>
      <Divider />
      <DropdownList>
        <DropdownItem onClick={profile}>{t("profile.title")}</DropdownItem>
        <DropdownItem onClick={() => void leave()}>{t("user.signOut")}</DropdownItem>
      </DropdownList>
    </Dropdown>
  );
}

export interface UserMenuItemsProps extends MenuProps {
  session: SessionView;
}
