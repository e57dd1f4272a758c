import type { ParseKeys } from "i18next";
import { useTranslation } from "react-i18next";
import type { Row } from "../api/generated/types.gen";
import { ActionButton } from "./ActionHost";
import type { Action } from "./action";
import type { Many } from "./inBulk";

export interface BulkButtonProps<Target, Body> {
  action: Action<Many<Target>, Body>;
  rows: readonly Row[];
  drop: (keys: readonly string[]) => void;
  /** How many of what, with `{{count}}`. */
  things: ParseKeys;
}

/** The button of an action on all ticked rows; nothing for those without the right anywhere. */
export function BulkButton<Target, Body>(props: BulkButtonProps<Target, Body>) {
  const { action, rows, drop, things } = props;
  const { t } = useTranslation();
  const name = t(things, { count: rows.length }) as string;
  return <ActionButton action={action} target={{ rows, drop, parts: null }} name={name} />;
}

/** What a page's selection bar is given. */
export interface BulkProps {
  rows: readonly Row[];
  drop: (keys: readonly string[]) => void;
}
