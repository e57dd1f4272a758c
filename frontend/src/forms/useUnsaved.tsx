import { useBlocker } from "@tanstack/react-router";
import { type ReactNode, useCallback, useRef, useState } from "react";
import { Unsaved } from "./Unsaved";
import type { FormState } from "./useForm";

export interface UnsavedGuard {
  /** Close the form, after asking where something would be lost. */
  close: () => void;
  /** Let the next navigation pass: it was saved. */
  release: () => void;
  /** To be rendered beside the form. */
  question: ReactNode;
}

/** Asks before what is typed is left: by closing the form, by going elsewhere, by leaving the tab. */
export function useUnsaved(
  form: Pick<FormState, "dirty" | "reset">,
  onClose: () => void,
): UnsavedGuard {
  const released = useRef(false);
  const [closing, setClosing] = useState(false);
  const blocks = () => form.dirty && !released.current;
  const blocker = useBlocker({
    shouldBlockFn: blocks,
    enableBeforeUnload: blocks,
    withResolver: true,
  });
  const release = useCallback(() => {
    released.current = true;
  }, []);
  const blocked = blocker.status === "blocked";
  const leave = () => {
    if (blocked) return blocker.proceed();
    release();
    onClose();
  };
  const stay = () => {
    setClosing(false);
    if (blocked) blocker.reset();
  };
  return {
    close: () => (blocks() ? setClosing(true) : onClose()),
    release,
    question: (blocked || closing) && (
      <Unsaved
        onStay={stay}
        onLeave={leave}
        onDiscard={() => {
          form.reset();
          leave();
        }}
      />
    ),
  };
}
