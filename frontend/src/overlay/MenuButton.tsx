import { MenuToggle, type MenuToggleProps } from "@patternfly/react-core";
import { useRef, useState } from "react";
import type { MenuProps } from "./menu";
import { type Part, usePart } from "./part";

export type MenuButtonProps<P extends MenuProps> = Omit<MenuToggleProps, "ref"> & {
  /** What opens below the button. */
  menu: Part<P>;
  /** What the menu is given beside its button. */
  given: Omit<P, keyof MenuProps>;
};

/** A button with a menu, whose code comes when the pointer or the focus first comes near. */
export function MenuButton<P extends MenuProps>({ menu, given, ...rest }: MenuButtonProps<P>) {
  const toggle = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const Menu = usePart(menu, isOpen);
  const all = { ...given, toggle, isOpen, onOpen: setOpen } as P;
  return (
    <>
      <MenuToggle
        {...rest}
        ref={toggle}
        isExpanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        onPointerEnter={menu.fetch}
        onFocus={menu.fetch}
      />
      {Menu && <Menu {...all} />}
    </>
  );
}
