import {
  Divider,
  Dropdown,
  DropdownGroup,
  DropdownItem,
  DropdownList,
  MenuToggle,
} from "@patternfly/react-core";
import UserIcon from "@patternfly/react-icons/dist/esm/icons/user-icon";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../session/session";
import { useSignOut } from "./useSignOut";

/** Who is signed in, what they hold, and the way out. */
export function UserMenu() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const session = useSession();
  const leave = useSignOut();
  if (!session) return null;
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      popperProps={{ position: "end" }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="plain"
          isExpanded={open}
          icon={<UserIcon />}
          aria-label={t("user.menu", { name: session.name || session.login })}
          onClick={() => setOpen(!open)}
        />
      )}
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
        <DropdownItem onClick={() => void leave()}>{t("user.signOut")}</DropdownItem>
      </DropdownList>
    </Dropdown>
  );
}
