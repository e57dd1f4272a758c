import { MenuToggle, type MenuToggleProps } from "@patternfly/react-core";
import { useEffect, useRef, useState } from "react";
import type { MenuProps } from "./menu";
import { type Part, usePart } from "./part";

export type MenuButtonProps<P extends MenuProps> = Omit<MenuToggleProps, "ref"> & {
  /** What opens below the button. */
  menu: Part<P>;
  /** What the menu is given beside its button. */
  given: Omit<P, keyof MenuProps>;
  /** Told when it opens and closes. */
  onOpen?: (open: boolean) => void;
};

/** A button with a menu, whose code comes when the pointer or the focus first comes near. */
export function MenuButton<P extends MenuProps>(props: MenuButtonProps<P>) {
  const { menu, given, onOpen, ...rest } = props;
  const toggle = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const Menu = usePart(menu, isOpen);
  const [drawn, setDrawn] = useState(false);
  // PatternFly finds the place of what opens after it was there closed: born open it has none.
  useEffect(() => {
    if (Menu) setDrawn(true);
  }, [Menu]);
  const open = (next: boolean) => {
    setOpen(next);
    onOpen?.(next);
  };
  const all = { ...given, toggle, isOpen: isOpen && drawn, onOpen: open } as P;
  return (
    <>
      <MenuToggle
        {...rest}
        ref={toggle}
        isExpanded={isOpen}
        onClick={() => open(!isOpen)}
        onPointerEnter={menu.fetch}
        onFocus={menu.fetch}
      />
      {Menu && <Menu {...all} />}
    </>
  );
}
