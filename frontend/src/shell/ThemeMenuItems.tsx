import { Dropdown, DropdownItem, DropdownList } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { MenuProps } from "../overlay/menu";
import { type Theme, useTheme } from "../theme/theme";

const THEMES: readonly Theme[] = ["light", "dark", "system"];

/** The themes to choose from. */
export function ThemeMenuItems({ toggle, isOpen, onOpen }: MenuProps) {
  const { t } = useTranslation();
  const [theme, setTheme] = useTheme();
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={onOpen}
      onSelect={(_, value) => {
        setTheme(value as Theme);
        onOpen(false);
      }}
      popperProps={{ position: "end" }}
      toggle={{ toggleNode: null, toggleRef: toggle }}
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
