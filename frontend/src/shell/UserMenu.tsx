import { MenuToggle } from "@patternfly/react-core";
import UserIcon from "@patternfly/react-icons/dist/esm/icons/user-icon";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { part, usePart } from "../overlay/part";
import { useSession } from "../session/session";

const items = part(async () => (await import("./UserMenuItems")).UserMenuItems);

/** Who is signed in, what they hold, and the way out. */
export function UserMenu() {
  const { t } = useTranslation();
  const toggle = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const session = useSession();
  const Items = usePart(items, open);
  if (!session) return null;
  return (
    <>
      <MenuToggle
        ref={toggle}
        variant="plain"
        isExpanded={open}
        icon={<UserIcon />}
        aria-label={t("user.menu", { name: session.name || session.login })}
        onClick={() => setOpen(!open)}
        onPointerEnter={items.fetch}
        onFocus={items.fetch}
      />
      {Items && <Items toggle={toggle} isOpen={open} onOpen={setOpen} session={session} />}
    </>
  );
}
