import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { readTeam } from "../../api/generated/sdk.gen";
import type { NamespaceSelector, TeamRow } from "../../api/generated/types.gen";
import { Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { UnreadPart } from "../../detail/UnreadPart";
import { scopeWords } from "../../format/scope";
import "../../i18n/owning";
import { useSession } from "../../session/session";
import { HeldRoles } from "./HeldRoles";
import { grantRole } from "./roles";
import { editTeam, removeTeam } from "./teams";

const TEAM = "team" as const;

/** What can be done with a team, who belongs to it, what it owns, and the roles it holds. */
export function TeamPanel({ team }: { team: TeamRow }) {
  const organisation = useSession()?.organisation ?? "";
  const { name } = team;
  const receiver = { subject: name, kind: TEAM, place: `org/${organisation}/team/${name}` };
  return (
    <>
      <div className="cr-actions">
        <ActionButton action={editTeam} target={{ name }} name={name} />
        <ActionButton action={grantRole} target={receiver} name={name} />
        <ActionButton action={removeTeam} target={team} name={name} variant="danger" />
      </div>
      <TeamParts team={team} />
      <HeldRoles subject={name} kind="team" />
    </>
  );
}

function TeamParts({ team: { name, row_version } }: { team: TeamRow }) {
  const { t } = useTranslation();
  // The version is live: a team changed elsewhere is read anew.
  const { data, error, refetch } = useQuery({
    queryKey: ["team", name, row_version],
    queryFn: async () => (await readTeam({ path: { name } })).data,
  });
  const selectorWords = ({ labels, cluster }: NamespaceSelector) =>
    cluster
      ? t("owning.selector", { labels, cluster })
      : t("owning.selectorEverywhere", { labels });
  if (!data) return <UnreadPart title={t("access.team.members")} error={error} refetch={refetch} />;
  return (
    <>
      <Names title={t("access.team.members")} names={data.members} none={t("access.team.nobody")} />
      {data.groups.length > 0 && (
        <Names title={t("access.team.groups")} names={data.groups} none="" />
      )}
      <Names
        title={t("access.team.scopes")}
        names={data.scopes}
        none={t("access.team.nothing")}
        words={(scope) => scopeWords(scope, t)}
      />
      {data.selectors.length > 0 && (
        <>
          <Names title={t("owning.selectors")} names={data.selectors.map(selectorWords)} none="" />
          <Names
            title={t("owning.selected")}
            names={data.selected}
            none={t("owning.selectedNone")}
            words={(scope) => scopeWords(scope, t)}
          />
        </>
      )}
    </>
  );
}

interface NamesProps {
  title: string;
  names: readonly string[];
  none: string;
  words?: (name: string) => string;
}

function Names({ title, names, none, words = (name) => name }: NamesProps) {
  return (
    <Section title={title}>
      {names.length === 0 && <p className="cr-muted">{none}</p>}
      <ul className="cr-list">
        {names.map((name) => (
          <li key={name} title={name}>
            <Raw>{words(name)}</Raw>
          </li>
        ))}
      </ul>
    </Section>
  );
}
