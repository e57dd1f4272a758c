import { Popover as PfPopover } from "@patternfly/react-core";
import { type ReactNode, type RefObject, useEffect } from "react";

export interface PopoverNowProps {
  label: string;
  trigger: RefObject<HTMLElement | null>;
  open: boolean;
  onOpen: (open: boolean) => void;
  /** From here on a click on the trigger is PatternFly's to handle. */
  onMount: () => void;
  body: ReactNode;
  position?: "bottom-start" | "bottom-end";
  minWidth?: string | undefined;
  maxWidth?: string | undefined;
}

/** PatternFly's popover at a trigger that stands outside of it. */
export function PopoverNow(props: PopoverNowProps) {
  const { label, trigger, open, onOpen, onMount, body, minWidth, maxWidth } = props;
  const { position = "bottom-end" } = props;
  useEffect(onMount, [onMount]);
  return (
    <PfPopover
      aria-label={label}
      triggerRef={trigger as RefObject<HTMLElement>}
      isVisible={open}
      shouldOpen={() => onOpen(true)}
      shouldClose={() => onOpen(false)}
      showClose={false}
      position={position}
      {...(minWidth ? { minWidth } : {})}
      {...(maxWidth ? { maxWidth } : {})}
      bodyContent={body}
    />
  );
}
