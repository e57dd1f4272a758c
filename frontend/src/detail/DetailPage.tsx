import "../styles/table.css";
import "../styles/detail.css";
import { Breadcrumb, BreadcrumbItem, Label, Title } from "@patternfly/react-core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { formatClock, formatExact } from "../format/time";
import { AppLink } from "../shell/AppLink";
import { useTitle } from "../shell/title";
import { Status, ToneIcon } from "../status/Status";
import type { Tone } from "../status/tone";
import { type DetailTab, DetailTabs } from "./DetailTabs";
import { KindBadge } from "./KindBadge";

export interface Crumb {
  title: string;
  /** The title is a name from a system, not a word of ours. */
  raw?: boolean;
  href?: string;
}

export interface DetailPageProps {
  crumbs: readonly Crumb[];
  kind: string;
  name: ReactNode;
  /** What the browser's tab says, when the name is not plain text. */
  documentTitle?: string;
  status?: string | undefined;
  /** What the status means here, where the word alone says too little. */
  tone?: Tone | undefined;
  /** Why it is as it is, in words. */
  sentence?: ReactNode;
  /** Freshness and actions, at the right edge. */
  meta?: ReactNode;
  /** Unix seconds at which it was seen to be gone; its last state stays on screen. */
  deletedAt?: number | null;
  /** Something the reader must know before believing the page: stale, failed to refresh. */
  notice?: ReactNode;
  /** What it hangs together with: at the head of the rail, above the tabs where there is none. */
  strip?: ReactNode;
  /** Facts and labels, to the right of what happens: below it where there is no room. */
  rail?: ReactNode;
  tabs: readonly DetailTab[];
}

/** The frame of every detail page: where it is, what it is, how it is, what it belongs to. */
export function DetailPage(props: DetailPageProps) {
  const { t } = useTranslation();
  const { kind, name, status, sentence, meta, deletedAt, strip } = props;
  const gone = deletedAt !== null && deletedAt !== undefined;
  useTitle(props.documentTitle ?? (typeof name === "string" ? name : kind));
  return (
    <section className="cr-page cr-detail" data-deleted={gone || undefined}>
      <Crumbs crumbs={props.crumbs} />
      <header className="cr-page-header">
        <Title headingLevel="h1" size="xl" className="cr-page-title cr-detail-title">
          <KindBadge kind={kind} />{" "}
          <span className="cr-kind-word" aria-hidden="true" translate="no">
            {kind}
          </span>{" "}
          <span translate="no">{name}</span>
        </Title>
        {gone ? (
          <span className="cr-gone" role="status" title={formatExact(deletedAt)}>
            <Label isCompact color="yellow" icon={<ToneIcon tone="off" />}>
              {t("detail.deleted")}
            </Label>{" "}
            {t("detail.deletedSeen", { at: formatClock(deletedAt) })}
          </span>
        ) : (
          status && <Status word={status} {...(props.tone ? { tone: props.tone } : {})} />
        )}
        {sentence && !gone && (
          <div className="cr-page-sentence" translate="no">
            {sentence}
          </div>
        )}
        {meta && <div className="cr-page-meta">{meta}</div>}
      </header>
      {props.notice}
      {!props.rail && strip}
      <DetailTabs
        label={t("detail.tabs")}
        tabs={props.tabs}
        rail={
          props.rail && (
            <>
              {strip}
              {props.rail}
            </>
          )
        }
      />
    </section>
  );
}

export function Crumbs({ crumbs }: { crumbs: readonly Crumb[] }) {
  const { t } = useTranslation();
  return (
    <Breadcrumb className="cr-crumbs" aria-label={t("detail.path")}>
      {crumbs.map((crumb) => (
        <BreadcrumbItem key={crumb.href ?? crumb.title} render={() => crumbLink(crumb)} />
      ))}
    </Breadcrumb>
  );
}

function crumbLink({ title, raw, href }: Crumb) {
  const words = <span translate={raw ? "no" : "yes"}>{title}</span>;
  if (!href) return words;
  return (
    <AppLink href={href} className="pf-v6-c-breadcrumb__link">
      {words}
    </AppLink>
  );
}
