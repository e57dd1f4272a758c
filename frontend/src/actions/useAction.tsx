import { Button, type ButtonProps } from "@patternfly/react-core";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { mayUse, useSession } from "../session/session";
import type { Action } from "./action";

/** Loaded when an action is first asked for: the first page is quicker without it. */
const ActionDialogue = lazy(async () => import("./ActionDialogue"));

export interface Offered {
  /** The viewer holds the right somewhere; the server decides. */
  offered: boolean;
  start: () => void;
  /** To be rendered beside whatever starts it. */
  dialogue: ReactNode;
}

/** An action on one thing called `name`: whether to offer it, and how to begin. */
export function useAction<Target>(action: Action<Target>, target: Target, name: string): Offered {
  const offered = mayUse(useSession(), ...action.needs);
  const [open, setOpen] = useState(false);
  return {
    offered,
    start: () => setOpen(true),
    dialogue: open && (
      <Suspense fallback={null}>
        <ActionDialogue
          action={action as Action<unknown>}
          target={target}
          name={name}
          onClose={() => setOpen(false)}
        />
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
