import { Button, type ButtonProps } from "@patternfly/react-core";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { mayUse, useSession } from "../session/session";
import type { Action } from "./action";

/** Loaded when an action is first asked for: the first page is quicker without it. */
const ActionDialogue = lazy(async () => import("./ActionDialogue"));

interface Begun {
  action: Action<unknown>;
  target: unknown;
  name: string;
}

export interface Offered {
  /** The viewer holds the right somewhere; the server decides. */
  offered: boolean;
  start: () => void;
  /** To be rendered beside whatever starts it. */
  dialogue: ReactNode;
}

/**
 * An action on one thing called `name`: whether to offer it, and how to begin. The dialogue keeps
 * what it was begun with: a live row that changes meanwhile must neither change what is confirmed
 * nor move the version that the change is made against.
 */
export function useAction<Target>(action: Action<Target>, target: Target, name: string): Offered {
  const offered = mayUse(useSession(), ...action.needs);
  const [begun, setBegun] = useState<Begun | null>(null);
  return {
    offered,
    start: () => setBegun({ action: action as Action<unknown>, target, name }),
    dialogue: begun && (
      <Suspense fallback={null}>
        <ActionDialogue {...begun} onClose={() => setBegun(null)} />
      </Suspense>
    ),
  };
}

export interface ActionButtonProps<Target> {
  action: Action<Target>;
  target: Target;
  name: string;
  variant?: ButtonProps["variant"];
}

/** The button of an action; nothing for those without the right. */
export function ActionButton<Target>({
  action,
  target,
  name,
  variant = "secondary",
}: ActionButtonProps<Target>) {
  const { t } = useTranslation();
  const { offered, start, dialogue } = useAction(action, target, name);
  if (!offered) return null;
  return (
    <>
      <Button variant={variant} size="sm" isDanger={action.danger === true} onClick={start}>
        {t(action.verb) as string}
      </Button>
      {dialogue}
    </>
  );
}
