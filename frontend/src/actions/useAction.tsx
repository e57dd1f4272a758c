import { Button, type ButtonProps } from "@patternfly/react-core";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { mayUse, useSession } from "../session/session";
import type { Action } from "./action";
import { type AnyAction, erased } from "./erased";

/** Loaded when an action is first asked for: the first page is quicker without it. */
const ActionDialogue = lazy(async () => import("./ActionDialogue"));

interface Begun {
  action: AnyAction;
  target: unknown;
  name: string;
}

export interface Started {
  start: <Target, Body>(action: Action<Target, Body>, target: Target, name: string) => void;
  /** To be rendered where it stays, whatever becomes of what started it. */
  dialogue: ReactNode;
}

/**
 * The dialogue of whichever action is started. It keeps what it was begun with: a live row that
 * changes meanwhile must neither change what is confirmed nor move the version that the change is
 * made against.
 */
export function useActionDialogue(): Started {
  const [begun, setBegun] = useState<Begun | null>(null);
  return {
    start: (action, target, name) => setBegun({ action: erased(action), target, name }),
    dialogue: begun && (
      <Suspense fallback={null}>
        <ActionDialogue {...begun} onClose={() => setBegun(null)} />
      </Suspense>
    ),
  };
}

export interface Offered {
  /** The viewer holds the right somewhere; the server decides. */
  offered: boolean;
  start: () => void;
  /** To be rendered beside whatever starts it. */
  dialogue: ReactNode;
}

/** An action on one thing called `name`: whether to offer it, and how to begin. */
export function useAction<Target, Body>(
  action: Action<Target, Body>,
  target: Target,
  name: string,
): Offered {
  const offered = mayUse(useSession(), ...action.needs);
  const { start, dialogue } = useActionDialogue();
  return { offered, start: () => start(action, target, name), dialogue };
}

export interface ActionButtonProps<Target, Body> {
  action: Action<Target, Body>;
  target: Target;
  name: string;
  variant?: ButtonProps["variant"];
  /** What the button is called for those who do not see what it stands beside. */
  label?: string;
}

/** The button of an action; nothing for those without the right. */
export function ActionButton<Target, Body>({
  action,
  target,
  name,
  variant = "secondary",
  label,
}: ActionButtonProps<Target, Body>) {
  const { t } = useTranslation();
  const { offered, start, dialogue } = useAction(action, target, name);
  if (!offered) return null;
  return (
    <>
      <Button
        variant={variant}
        size="sm"
        isDanger={action.danger === true}
        onClick={start}
        {...(label ? { "aria-label": label } : {})}
      >
        {t(action.verb) as string}
      </Button>
      {dialogue}
    </>
  );
}
