import type { RefObject } from "react";

/** What a menu needs whose button stands outside of it, so that it can be fetched later. */
export interface MenuProps {
  toggle: RefObject<HTMLButtonElement | null>;
  isOpen: boolean;
  onOpen: (open: boolean) => void;
}
