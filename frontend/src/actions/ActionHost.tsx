import { Button, type ButtonProps } from "@patternfly/react-core";
import {
  type ComponentType,
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useContext,
  useState,
} from "react";
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
  const start: Started["start"] = useCallback(
    (action, target, name) => setBegun({ action: erased(action), target, name }),
    [],
  );
  return {
    start,
    dialogue: begun && (
      <Suspense fallback={null}>
        <ActionDialogue {...begun} onClose={() => setBegun(null)} />
      </Suspense>
    ),
  };
}

const Starting = createContext<Started["start"] | null>(null);

/**
 * Holds the one dialogue of the actions begun inside it. It stands around what stays: a row may go,
 * and its buttons with it, because of the very change whose result is being told.
 */
export function ActionHost({ children }: { children: ReactNode }) {
  const { start, dialogue } = useActionDialogue();
  return (
    <Starting value={start}>
      {children}
      {dialogue}
    </Starting>
  );
}

/** A page with the dialogue of its actions. */
export function hosting(Page: ComponentType): () => ReactNode {
  return function Hosting() {
    return (
      <ActionHost>
        <Page />
      </ActionHost>
    );
  };
}

/** Starts an action in the page's dialogue. */
export function useStart(): Started["start"] {
  const start = useContext(Starting);
  if (!start) throw new Error("an action outside ActionHost");
  return start;
}

export interface ActionButtonProps<Target, Body> {
  action: Action<Target, Body>;
  target: Target;
  name: string;
  variant?: ButtonProps["variant"];
  /** What the button is called for those who do not see what it stands beside. */
  label?: string;
}

/** The button of an action, which its page leads through; nothing for those without the right. */
export function ActionButton<Target, Body>({
  action,
  target,
  name,
  variant = "secondary",
  label,
}: ActionButtonProps<Target, Body>) {
  const { t } = useTranslation();
  const session = useSession();
  const offered = !action.needs || mayUse(session, ...action.needs);
  const start = useStart();
  if (!offered) return null;
  return (
    <Button
      variant={variant}
      size="sm"
      isDanger={action.danger === true}
      onClick={() => start(action, target, name)}
      {...(label ? { "aria-label": label } : {})}
    >
      {t(action.verb) as string}
    </Button>
  );
}
