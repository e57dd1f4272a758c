import "@patternfly/react-styles/css/components/Label/label.css";
import { Button } from "@patternfly/react-core";
import TimesIcon from "@patternfly/react-icons/dist/esm/icons/times-icon";
import type { ComponentProps, ReactNode } from "react";
import type { PopoverTrigger } from "./Popover";

export type TagColor = "blue" | "teal" | "green" | "orange" | "purple" | "red" | "yellow" | "grey";

export interface TagProps extends Omit<ComponentProps<"span">, "color"> {
  color?: TagColor;
  filled?: boolean;
  icon?: ReactNode;
  /** Longer text is cut. */
  most?: string;
  /** Gives it a cross, called so. */
  close?: { label: string; onClick: () => void };
  /** Makes it the button of a popover. */
  trigger?: PopoverTrigger;
}

/**
 * PatternFly's compact label in its own HTML. The component brings tooltips, editing and closing
 * along, which would be an eighth of the first page.
 */
export function Tag({
  color,
  filled,
  icon,
  most,
  close,
  trigger,
  className,
  children,
  ...rest
}: TagProps) {
  const content = (
    <>
      {icon && <span className="pf-v6-c-label__icon">{icon}</span>}
      <span className="pf-v6-c-label__text" style={most ? { maxInlineSize: most } : undefined}>
        {children}
      </span>
    </>
  );
  const classes = [
    "pf-v6-c-label pf-m-compact",
    filled ? "pf-m-filled" : "pf-m-outline",
    color && color !== "grey" && COLOURS[color],
    trigger && "pf-m-clickable",
    className,
  ];
  return (
    <span {...rest} className={classes.filter(Boolean).join(" ")}>
      {trigger ? (
        <button type="button" {...trigger} className="pf-v6-c-label__content pf-m-clickable">
          {content}
        </button>
      ) : (
        <span className="pf-v6-c-label__content">{content}</span>
      )}
      {close && (
        <span className="pf-v6-c-label__actions">
          <Button
            variant="plain"
            hasNoPadding
            aria-label={close.label}
            icon={<TimesIcon />}
            onClick={close.onClick}
          />
        </span>
      )}
    </span>
  );
}

/** Written out: the build keeps the rules of those classes only that it finds in the code. */
const COLOURS: Record<Exclude<TagColor, "grey">, string> = {
  blue: "pf-m-blue",
  teal: "pf-m-teal",
  green: "pf-m-green",
  orange: "pf-m-orange",
  purple: "pf-m-purple",
  red: "pf-m-red",
  yellow: "pf-m-yellow",
};
