import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
} from "@patternfly/react-core";
import FilterIcon from "@patternfly/react-icons/dist/esm/icons/filter-icon";
import InboxIcon from "@patternfly/react-icons/dist/esm/icons/inbox-icon";
import LockIcon from "@patternfly/react-icons/dist/esm/icons/lock-icon";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import UnpluggedIcon from "@patternfly/react-icons/dist/esm/icons/unplugged-icon";
import type { ComponentType, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../api/problem";
import { scopeWords } from "../format/scope";
import { useSession } from "../session/session";
import { WhoGrants } from "./WhoGrants";

interface FrameProps {
  icon: ComponentType;
  title: string;
  state: string;
  children: ReactNode;
  action?: ReactNode;
}

/** The common frame of every "nothing to show here" of a page. */
export function StateFrame({ icon, title, state, children, action }: FrameProps) {
  return (
    <EmptyState
      variant="sm"
      icon={icon}
      titleText={title}
      headingLevel="h2"
      className="cr-state"
      data-state={state}
    >
      <EmptyStateBody>{children}</EmptyStateBody>
      {action && (
        <EmptyStateFooter>
          <EmptyStateActions>{action}</EmptyStateActions>
        </EmptyStateFooter>
      )}
    </EmptyState>
  );
}

/**
 * Nothing exists; `hint` says what would be here and how to get it, `ask` is the way to more rights
 * for who sees a part only.
 */
export function EmptyTable({ hint, ask }: { hint: string; ask?: ReactNode }) {
  const { t } = useTranslation();
  const scopes = useNarrowScopes();
  return (
    <StateFrame
      icon={scopes ? LockIcon : InboxIcon}
      title={t(scopes ? "state.outside" : "state.empty")}
      state="empty"
      action={scopes && ask}
    >
      {scopes ? (
        <>
          {t("state.emptyScoped", { scopes })} <WhoGrants />
        </>
      ) : (
        hint
      )}
    </StateFrame>
  );
}

/** Where the viewer's roles reach, unless one reaches everywhere. */
function useNarrowScopes(): string | null {
  const { t } = useTranslation();
  const session = useSession();
  if (!session) return null;
  const scopes = session.roles.map(({ scope }) => scope);
  if (scopes.includes(`org/${session.organisation}`)) return null;
  return scopes.map((scope) => scopeWords(scope, t)).join("; ");
}

/** Filters hide everything, `hidden` rows as far as known; one click shows all of it. */
export function FilteredEmpty({
  hidden,
  onClear,
}: {
  hidden: number | undefined;
  onClear: () => void;
}) {
  const { t } = useTranslation();
  return (
    <StateFrame
      icon={FilterIcon}
      title={t("state.filteredEmpty")}
      state="filtered-empty"
      action={
        <Button variant="link" onClick={onClear}>
          {t("filter.clearAll")}
        </Button>
      }
    >
      {hidden === undefined
        ? t("state.filteredEmptyBody")
        : t("state.filteredEmptyCount", { count: hidden })}
    </StateFrame>
  );
}

/** Nothing in the chosen cluster or namespace, though there are rows elsewhere. */
export function OutOfScope({
  place,
  elsewhere,
  onWiden,
}: {
  place: string;
  elsewhere: number;
  onWiden: () => void;
}) {
  const { t } = useTranslation();
  return (
    <StateFrame
      icon={FilterIcon}
      title={t("state.outOfScope", { place })}
      state="out-of-scope"
      action={
        <Button variant="link" onClick={onWiden}>
          {t("state.widen")}
        </Button>
      }
    >
      {t("state.elsewhere", { count: elsewhere })}
    </StateFrame>
  );
}

/** The server does not understand a filter; why is said where the filters are. */
export function BadFilter({ problem, onClear }: { problem: Problem; onClear: () => void }) {
  const { t } = useTranslation();
  return (
    <StateFrame
      icon={FilterIcon}
      title={t("state.badFilter")}
      state="bad-filter"
      action={
        <Button variant="link" onClick={onClear}>
          {t("filter.clearAll")}
        </Button>
      }
    >
      <span translate="no">{problem.errors?.[0]?.message ?? problem.detail}</span>
    </StateFrame>
  );
}

/** The viewer holds no right that would show anything here; `ask` is the way to get one. */
export function NoAccess({ what, ask }: { what: string; ask?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <StateFrame icon={LockIcon} title={t("state.noAccess")} state="no-access" action={ask}>
      {t("state.noAccessBody", { what })} <WhoGrants />
    </StateFrame>
  );
}

/** Something was tried and did not work: what, why, and again. */
export function Failed({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  const { t } = useTranslation();
  return (
    <StateFrame
      icon={UnpluggedIcon}
      title={t("state.failed")}
      state="failed"
      action={
        onRetry && (
          <Button variant="secondary" onClick={onRetry}>
            {t("state.retry")}
          </Button>
        )
      }
    >
      <span translate="no">{problem.detail ?? problem.title}</span>
    </StateFrame>
  );
}

/** A 404: either it is gone or it was never visible to this viewer; the two look the same. */
export function NotFound({ children }: { children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <StateFrame icon={SearchIcon} title={t("state.notFound")} state="not-found">
      {children ?? t("state.notFoundBody")}
    </StateFrame>
  );
}
