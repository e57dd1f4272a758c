import { useBlocker } from "@tanstack/react-router";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { askBefore } from "./leaving";
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

/** What follows the answer. */
interface Question {
  stay: () => void;
  leave: () => void;
  /** It cannot stay as a draft. */
  final: boolean;
}

/** Where an ended session leads: nothing may hold that up, and the draft is there afterwards. */
const SIGN_IN = "/login";

/** Asks before what is typed is left: by closing the form, by going elsewhere, by leaving the tab. */
export function useUnsaved(
  form: Pick<FormState, "dirty" | "reset">,
  onClose: () => void,
): UnsavedGuard {
  const released = useRef(false);
  const [asking, setAsking] = useState<Question | null>(null);
  const blocks = () => form.dirty && !released.current;
  const blocker = useBlocker({
    shouldBlockFn: ({ next }) => blocks() && next.pathname !== SIGN_IN,
    enableBeforeUnload: blocks,
    withResolver: true,
  });
  const release = useCallback(() => {
    released.current = true;
  }, []);
  const loses = useRef(blocks);
  loses.current = blocks;
  useEffect(
    () =>
      askBefore(async () => {
        if (!loses.current()) return true;
        return new Promise<boolean>((resolve) => {
          const answer = (goes: boolean) => () => resolve(goes);
          setAsking({ stay: answer(false), leave: answer(true), final: true });
        });
      }),
    [],
  );
  const close = () => {
    release();
    onClose();
  };
  const question: Question | null =
    blocker.status === "blocked"
      ? { stay: blocker.reset, leave: blocker.proceed, final: false }
      : asking;
  const answered = (next: () => void) => () => {
    setAsking(null);
    next();
  };
  return {
    close: () =>
      blocks() ? setAsking({ stay: () => undefined, leave: close, final: false }) : onClose(),
    release,
    question: question && (
      <Unsaved
        onStay={answered(question.stay)}
        {...(question.final ? {} : { onLeave: answered(question.leave) })}
        onDiscard={answered(() => {
          form.reset();
          question.leave();
        })}
      />
    ),
  };
}
