import AdjustIcon from "@patternfly/react-icons/dist/esm/icons/adjust-icon";
import { useTranslation } from "react-i18next";
import { MenuButton } from "../overlay/MenuButton";
import { part } from "../overlay/part";

const items = part(async () => (await import("./ThemeMenuItems")).ThemeMenuItems);

/** Light, dark, or as the system has it. */
export function ThemeMenu() {
  const { t } = useTranslation();
  return (
    <MenuButton
      menu={items}
      given={{}}
      variant="plain"
      icon={<AdjustIcon />}
      aria-label={t("theme.label")}
      title={t("theme.label")}
    />
  );
}
