import { type ReactNode, type RefObject, useCallback, useRef, useState } from "react";
import { part, usePart } from "./part";

/** What the button of a popover must carry. */
export interface PopoverTrigger {
  ref: RefObject<HTMLButtonElement | null>;
  "aria-haspopup": "dialog";
  "aria-expanded": boolean;
  onClick: () => void;
  onPointerEnter: () => void;
  onFocus: () => void;
}

export interface PopoverProps {
  /** What it is called to a screen reader. */
  label: string;
  /** What it shows; rendered only while it is open. */
  body: ReactNode | ((close: () => void) => ReactNode);
  position?: "bottom-start" | "bottom-end";
  minWidth?: string;
  maxWidth?: string;
  children: (trigger: PopoverTrigger) => ReactNode;
}

const now = part(async () => (await import("./PopoverNow")).PopoverNow);

/** A popover at a button; its code comes when the pointer or the focus first comes near. */
export function Popover({ children, body, ...shown }: PopoverProps) {
  const trigger = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const mounted = useRef(false);
  const onMount = useCallback(() => {
    mounted.current = true;
  }, []);
  const Now = usePart(now, open);
  return (
    <>
      {children({
        ref: trigger,
        "aria-haspopup": "dialog",
        "aria-expanded": open,
        onClick: () => {
          if (!mounted.current) setOpen(true);
        },
        onPointerEnter: now.fetch,
        onFocus: now.fetch,
      })}
      {Now && (
        <Now
          {...shown}
          trigger={trigger}
          open={open}
          onOpen={setOpen}
          onMount={onMount}
          body={typeof body === "function" ? body(() => setOpen(false)) : body}
        />
      )}
    </>
  );
}
