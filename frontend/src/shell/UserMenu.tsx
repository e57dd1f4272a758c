import UserIcon from "@patternfly/react-icons/dist/esm/icons/user-icon";
import { useTranslation } from "react-i18next";
import { MenuButton } from "../overlay/MenuButton";
import { part } from "../overlay/part";
import { useSession } from "../session/session";

const items = part(async () => (await import("./UserMenuItems")).UserMenuItems);

/** Who is signed in, what they hold, and the way out. */
export function UserMenu() {
  const { t } = useTranslation();
  const session = useSession();
  if (!session) return null;
  return (
    <MenuButton
      menu={items}
      given={{ session }}
      variant="plain"
      icon={<UserIcon />}
      aria-label={t("user.menu", { name: session.name || session.login })}
    />
  );
}
