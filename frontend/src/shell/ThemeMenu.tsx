import { Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import AdjustIcon from "@patternfly/react-icons/dist/esm/icons/adjust-icon";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Theme, useTheme } from "../theme/theme";

const THEMES: readonly Theme[] = ["light", "dark", "system"];

export function ThemeMenu() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [theme, setTheme] = useTheme();
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={(_, value) => {
        setTheme(value as Theme);
        setOpen(false);
      }}
      popperProps={{ position: "end" }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="plain"
          icon={<AdjustIcon />}
          isExpanded={open}
          aria-label={t("theme.label")}
          title={t("theme.label")}
          onClick={() => setOpen(!open)}
        />
      )}
    >
      <DropdownList>
        {THEMES.map((name) => (
          <DropdownItem key={name} value={name} isSelected={name === theme}>
            {t(`theme.${name}`)}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}
