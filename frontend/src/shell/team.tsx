import "../i18n/teams";
import { Button } from "@patternfly/react-core";
import FilterIcon from "@patternfly/react-icons/dist/esm/icons/filter-icon";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { listTeamChoicesOptions } from "../api/generated/@tanstack/react-query.gen";
import { MenuButton } from "../overlay/MenuButton";
import { part } from "../overlay/part";
import { StateFrame } from "../states/States";
import { useScope } from "./scope";

const menu = part(async () => (await import("./ScopeMenu")).ScopeMenu);

/** The teams the viewer may choose; undefined until they are known. */
function useTeams() {
  const asked = { ...listTeamChoicesOptions(), retry: false, staleTime: 30_000 };
  return useQuery({ ...asked, refetchInterval: 60_000 }).data;
}

/** Look at one team's, or at everything; all else in the address stays. */
function useChoose(): (team: string | undefined) => void {
  const navigate = useNavigate();
  return (team) =>
    void navigate({
      to: ".",
      search: ({ team: _, ...rest }: Record<string, unknown>) => ({
        ...rest,
        ...(team && { team }),
      }),
    });
}

/** Whose things the page shows; absent where there is no team, unless the address names one. */
export function TeamSelect() {
  const { t } = useTranslation();
  const { team } = useScope();
  const teams = useTeams() ?? [];
  const choose = useChoose();
  if (teams.length === 0 && team === undefined) return null;
  const [label, all] = [t("teams.label"), t("teams.all")];
  const values = teams.map(({ name }) => name);
  return (
    <MenuButton
      menu={menu}
      given={{ label, all, value: team, values, onChange: choose }}
      variant="plainText"
      size="sm"
      aria-label={`${label}: ${team ?? all}`}
    >
      {team === undefined ? all : t("teams.chosen", { name: team })}
    </MenuButton>
  );
}

export interface NothingOfTeamProps {
  /** How many there are that are not the team's; null: told elsewhere, where it owns something. */
  elsewhere?: number | null;
  /** The server knows no such team, whatever was known before. */
  missing?: boolean;
}

/** Why a page of a team is empty: it owns nothing yet, nothing of this, or there is no such team. */
export function NothingOfTeam({ elsewhere = 0, missing }: NothingOfTeamProps) {
  const { t } = useTranslation();
  const { team = "" } = useScope();
  const teams = useTeams();
  const choose = useChoose();
  if (teams === undefined && !missing) return null;
  const owns = teams?.find(({ name }) => name === team)?.owns;
  const state = missing ? "missing" : owns === 0 ? "ownsNothing" : "noneHere";
  if (elsewhere === null && state !== "ownsNothing") return null;
  return (
    <StateFrame
      icon={FilterIcon}
      title={t(`teams.${state}.title`, { name: team })}
      state={`team-${state}`}
      action={
        <Button variant="link" onClick={() => choose(undefined)}>
          {t("teams.widen")}
        </Button>
      }
    >
      {t(`teams.${state}.body`, { name: team, count: elsewhere ?? 0 })}
    </StateFrame>
  );
}

/** That the palette, too, finds only what the team owns. */
export function TeamNote({ className }: { className: string }) {
  const { t } = useTranslation();
  const { team = "" } = useScope();
  return <p className={className}>{t("teams.palette", { name: team })}</p>;
}
