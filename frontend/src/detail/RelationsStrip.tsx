import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { AppLink } from "../shell/AppLink";
import { ToneIcon } from "../status/Status";
import { toneOf } from "../status/tone";
import { KindBadge } from "./KindBadge";

/** One thing this object hangs together with. */
export interface Related {
  kind: string;
  name: string;
  href?: string | undefined;
  status?: string | undefined;
  /** Said on hover where the name alone does not explain the tie. */
  title?: string | undefined;
}

export interface RelationsStripProps {
  /** From the outermost owner inwards. */
  owners: readonly Related[];
  self: Related;
  /** What it leads to, group after group: node, then images, then services. */
  leadsTo: readonly (readonly Related[])[];
}

const MOST_PER_GROUP = 3;

/** Owner ← this → node → image: the shortest way along the joins. */
export function RelationsStrip({ owners, self, leadsTo }: RelationsStripProps) {
  const { t } = useTranslation();
  const groups = leadsTo.filter((group) => group.length > 0);
  if (owners.length === 0 && groups.length === 0) return null;
  return (
    <nav className="cr-relations" aria-label={t("detail.relations")}>
      <ol>
        {owners.map((owner) => (
          <Fragment key={`${owner.kind}/${owner.name}`}>
            <li>
              <RelatedChip related={owner} />
            </li>
            <Arrow sign="←" />
          </Fragment>
        ))}
        <li aria-current="true">
          <RelatedChip related={{ ...self, href: undefined }} />
        </li>
        {groups.map((group) => (
          <Fragment key={`${group[0]?.kind}/${group[0]?.name}`}>
            <Arrow sign="→" />
            <li>
              <RelatedGroup group={group} />
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  );
}

function Arrow({ sign }: { sign: string }) {
  return (
    <li className="cr-relation-arrow" aria-hidden="true" translate="no">
      {sign}
    </li>
  );
}

function RelatedGroup({ group }: { group: readonly Related[] }) {
  const { t } = useTranslation();
  const rest = group.slice(MOST_PER_GROUP);
  return (
    <span className="cr-relation-group">
      {group.slice(0, MOST_PER_GROUP).map((related) => (
        <RelatedChip key={`${related.kind}/${related.name}`} related={related} />
      ))}
      {rest.length > 0 && (
        <span className="cr-muted" title={rest.map(({ name }) => name).join("\n")}>
          {t("detail.more", { count: rest.length })}
        </span>
      )}
    </span>
  );
}

/** Badge, name and, where it is not well, its state; a link when there is a page for it. */
export function RelatedChip({ related }: { related: Related }) {
  const { kind, name, href, status, title } = related;
  const tone = status ? toneOf(status) : "ok";
  const text = (
    <span className="cr-relation-name" translate="no">
      {name}
    </span>
  );
  return (
    <span className="cr-relation" title={title ?? name}>
      <KindBadge kind={kind} />
      {href ? <AppLink href={href}>{text}</AppLink> : text}
      {status && tone !== "ok" && (
        <span className="cr-relation-status">
          <ToneIcon tone={tone} /> <span translate="no">{status}</span>
        </span>
      )}
    </span>
  );
}
