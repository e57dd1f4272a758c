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
  /** What ties them, where the kind alone would say another thing. */
  tie?: "routesTo";
  /** Said on hover where the name alone does not explain the tie. */
  title?: string | undefined;
}

export interface RelationsStripProps {
  /** From the outermost owner inwards. */
  owners: readonly Related[];
  /** What it leads to, group after group: node, then images, then services. */
  leadsTo: readonly (readonly Related[])[];
}

const MOST_PER_ROW = 5;

/** What ties an object to one of another kind, in words. */
const TIES = {
  Node: "runsOn",
  Image: "image",
  Service: "exposedBy",
  Ingress: "exposedBy",
  PersistentVolumeClaim: "claims",
  PersistentVolume: "volume",
  Repository: "repository",
} as const;

interface Tie {
  words: (typeof TIES)[keyof typeof TIES] | "ownedBy" | "related" | "routesTo";
  things: readonly Related[];
}

/** The rows of the strip: owners first, then what it leads to, one tie a row. */
export function tiesOf({ owners, leadsTo }: RelationsStripProps): Tie[] {
  const ties: Tie[] =
    owners.length > 0 ? [{ words: tieOf(owners, "ownedBy"), things: owners }] : [];
  for (const things of leadsTo) {
    const words = tieOf(things, "related");
    const before = ties.find((tie) => tie.words === words);
    if (before) before.things = [...before.things, ...things];
    else if (things.length > 0) ties.push({ words, things });
  }
  return ties;
}

function tieOf(things: readonly Related[], otherwise: Tie["words"]): Tie["words"] {
  const { kind = "", tie } = things[0] ?? {};
  if (tie) return tie;
  return kind in TIES ? TIES[kind as keyof typeof TIES] : otherwise;
}

/** Owned by, Runs on, Image, Exposed by: the shortest way along the joins, a row each. */
export function RelationsStrip(props: RelationsStripProps) {
  const { t } = useTranslation();
  const ties = tiesOf(props);
  if (ties.length === 0) return null;
  return (
    <nav className="cr-relations" aria-label={t("detail.relations")}>
      <dl>
        {ties.map(({ words, things }) => (
          <div key={words} className="cr-relation-row">
            <dt>{t(`detail.tie.${words}`)}</dt>
            <dd>
              <RelatedGroup group={things} />
            </dd>
          </div>
        ))}
      </dl>
    </nav>
  );
}

function RelatedGroup({ group }: { group: readonly Related[] }) {
  const { t } = useTranslation();
  const rest = group.slice(MOST_PER_ROW);
  return (
    <span className="cr-relation-group">
      {group.slice(0, MOST_PER_ROW).map((related) => (
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
