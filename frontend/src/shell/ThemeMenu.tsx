import { MenuToggle } from "@patternfly/react-core";
import AdjustIcon from "@patternfly/react-icons/dist/esm/icons/adjust-icon";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { part, usePart } from "../overlay/part";

const items = part(async () => (await import("./ThemeMenuItems")).ThemeMenuItems);

/** Light, dark, or as the system has it. */
export function ThemeMenu() {
  const { t } = useTranslation();
  const toggle = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const Items = usePart(items, open);
  return (
    <>
      <MenuToggle
        ref={toggle}
        variant="plain"
        icon={<AdjustIcon />}
        isExpanded={open}
        aria-label={t("theme.label")}
        title={t("theme.label")}
        onClick={() => setOpen(!open)}
        onPointerEnter={items.fetch}
        onFocus={items.fetch}
      />
      {Items && <Items toggle={toggle} isOpen={open} onOpen={setOpen} />}
    </>
  );
}
