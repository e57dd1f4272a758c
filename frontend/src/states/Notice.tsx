import "@patternfly/react-styles/css/components/Alert/alert.css";
import SuccessIcon from "@patternfly/react-icons/dist/esm/icons/rh-ui-check-circle-fill-icon";
import ErrorIcon from "@patternfly/react-icons/dist/esm/icons/rh-ui-error-fill-icon";
import InformationIcon from "@patternfly/react-icons/dist/esm/icons/rh-ui-information-fill-icon";
import WarningIcon from "@patternfly/react-icons/dist/esm/icons/rh-ui-warning-fill-icon";
import type { ComponentProps, ComponentType, ReactNode } from "react";
import { useTranslation } from "react-i18next";

export type NoticeTone = "info" | "success" | "warning" | "danger";

export interface NoticeProps extends Omit<ComponentProps<"div">, "title"> {
  tone: NoticeTone;
  title: ReactNode;
  /** Without its frame, beside other things. */
  plain?: boolean;
  /** It is read aloud when it comes, or changes. */
  live?: boolean;
  /** What can be done about it. */
  action?: ReactNode;
}

/**
 * One line that the reader must see first: PatternFly's inline alert in its own HTML. The component
 * brings tooltips and what places them, which would be a tenth of the sign-in page.
 */
export function Notice(props: NoticeProps) {
  const { tone, title, plain, live, action, className, children, ...rest } = props;
  const { t } = useTranslation();
  const { icon: Icon, modifier } = LOOKS[tone];
  const classes = ["pf-v6-c-alert pf-m-inline", plain && "pf-m-plain", modifier, className];
  return (
    <div
      {...rest}
      className={classes.filter(Boolean).join(" ")}
      {...(live ? { "aria-live": "polite", "aria-atomic": false } : {})}
    >
      <div className="pf-v6-c-alert__icon">
        <Icon />
      </div>
      <p className="pf-v6-c-alert__title">
        <span className="pf-v6-screen-reader">{t(`alert.${tone}`)} </span>
        {title}
      </p>
      {children && <div className="pf-v6-c-alert__description">{children}</div>}
      {action && <div className="pf-v6-c-alert__action-group">{action}</div>}
    </div>
  );
}

/** Written out: the build keeps the rules of those classes only that it finds in the code. */
const LOOKS: Record<NoticeTone, { icon: ComponentType; modifier: string }> = {
  info: { icon: InformationIcon, modifier: "pf-m-info" },
  success: { icon: SuccessIcon, modifier: "pf-m-success" },
  warning: { icon: WarningIcon, modifier: "pf-m-warning" },
  danger: { icon: ErrorIcon, modifier: "pf-m-danger" },
};
