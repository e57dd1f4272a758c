import type { Action } from "../../actions/action";
import { newTeamBody } from "../../api/generated/bodies.gen";
import { changeTeam, createTeam, deleteTeam, readTeam } from "../../api/generated/sdk.gen";
import type { NamespaceSelector, NewTeam, TeamRow, TeamView } from "../../api/generated/types.gen";
import { type Field, fieldsOf } from "../../forms/field";
import "../../i18n/owning";

/** What is fetched with the first form of a team. */
type Forms = typeof import("./owning");

/** A team by its name; what it is made of is read before it is changed. */
interface Team {
  name: string;
  view?: TeamView;
  forms?: Forms;
}

/** A team of nobody, which owns nothing yet. */
export const addTeam: Action<null, NewTeam> = {
  id: "team.create",
  needs: ["team", "create"],
  verb: "access.team.add.do",
  title: "access.team.add.title",
  body: "access.team.add.body",
  fields: fieldsOf(newTeamBody, {
    name: { label: "access.team.name", help: "access.team.nameHint" },
    title: { label: "access.team.title" },
  }),
  run: async (_, body) => {
    const { data, requestId } = await createTeam({ body });
    return { requestId, href: `/access/teams?${new URLSearchParams({ row: data.id })}` };
  },
};

const FIELDS: readonly Field[] = [
  { id: "title", input: "text", label: "access.team.title", maxLength: 256 },
  {
    id: "members",
    input: "lines",
    label: "access.team.members",
    help: "access.team.membersHint",
  },
  { id: "groups", input: "notes", label: "access.team.groups", help: "access.team.groupsHint" },
  { id: "scopes", input: "lines", label: "access.team.scopes", help: "access.team.scopesHint" },
];

interface Change {
  title?: string;
  members?: string[];
  /** One a line: a group's name may hold spaces. */
  groups?: string;
  scopes?: string[];
  selectors?: NamespaceSelector[];
}

/** Says who belongs to a team and what it owns. */
export const editTeam: Action<Team, Change> = {
  id: "team.update",
  needs: ["team", "update"],
  verb: "access.team.edit.do",
  title: "access.team.edit.title",
  body: "access.team.edit.body",
  draft: ({ name }) => name,
  load: async ({ name }) => {
    const [{ data: view }, forms] = await Promise.all([
      readTeam({ path: { name } }),
      import("./owning"),
    ]);
    return { name, view, forms };
  },
  before: ({ view }) => view ?? {},
  fields: ({ forms }) => (forms ? [...FIELDS, forms.SELECTORS] : FIELDS),
  rehearse: {
    verb: "owning.preview",
    run: async ({ view, forms }, { selectors }) => {
      if (!forms) throw new Error("the form is not loaded");
      return forms.fittingNow(selectors ?? view?.selectors ?? []);
    },
  },
  run: ({ name, view }, { groups, ...rest }) => {
    const headers = { "If-Match": `"${view?.row_version ?? 0}"` };
    const body = { ...rest, ...(groups === undefined ? {} : { groups: linesOf(groups) }) };
    return changeTeam({ path: { name }, headers, body });
  },
  onto: (team, current) => ({ ...team, view: current as TeamView }),
};

const linesOf = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** Gone with the roles it holds and those given at it. */
export const removeTeam: Action<TeamRow> = {
  id: "team.delete",
  final: true,
  needs: ["team", "delete"],
  verb: "access.remove.do",
  title: "access.remove.title",
  body: "access.team.remove",
  danger: true,
  typeName: true,
  run: ({ name }) => deleteTeam({ path: { name } }),
};
