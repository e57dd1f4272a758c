import type { Action, Effect } from "../../actions/action";
import {
  changeDirectory,
  changeProvider,
  deleteProvider,
  readProvider,
  readProviderImpact,
  switchProvider,
  testDirectory,
  testProvider,
} from "../../api/generated/sdk.gen";
import type {
  DirectoryDraft,
  NewBinding,
  NewDirectory,
  NewOidcProvider,
  OidcDraft,
} from "../../api/generated/types.gen";
import type { Field, Texts } from "../../forms/field";
import { DirectoryFoundNotice } from "./DirectoryFound";
import { fieldsOfDirectory } from "./directoryFields";
import type { Granted } from "./granting";
import { ProviderFoundNotice } from "./ProviderFound";
import { fieldsOfProvider } from "./providerFields";
import type { DirectoryView, OidcView, ProviderView } from "./providersApi";
import { type Forms, formsOf, grant } from "./roles";

/** As long as the server waits for a provider's two documents, or for a directory. */
export const TEST_MS = 30_000;

const testDirectoryAt = async (body: NewDirectory) => {
  const { data } = await testDirectory({ body, deadline: TEST_MS });
  return { shown: <DirectoryFoundNotice found={data} /> };
};

const testOidc = async (body: NewOidcProvider) => {
  const { data } = await testProvider({ body, deadline: TEST_MS });
  return { shown: <ProviderFoundNotice found={data} /> };
};

/** Reads what is typed of a provider that is not there yet. */
export const TESTS = { ldap: testDirectoryAt, oidc: testOidc } as const;

/** The settings of one that is there. Its name, product and issuer stay. */
export const editProvider: Action<OidcView, OidcDraft> = {
  id: "identity-provider.update",
  needs: ["identity-provider", "update"],
  verb: "providers.save.changes",
  title: "providers.settings",
  whole: true,
  draft: ({ name }) => name,
  before: (provider) => provider,
  fields: fieldsOfProvider,
  rehearse: {
    verb: "providers.test.do",
    run: ({ name, issuer }, body) => testOidc({ ...body, name, issuer }),
  },
  run: async (provider, body) => {
    const { data, requestId } = await changeProvider({ ...against(provider), body });
    return { requestId, now: data };
  },
  onto: (_, current) => current as OidcView,
};

/** The settings of a directory. Its name, product and what people are known by stay. */
export const editDirectory: Action<DirectoryView, DirectoryDraft> = {
  id: "identity-provider.change-directory",
  needs: ["identity-provider", "update"],
  verb: "providers.save.changes",
  title: "providers.settings",
  whole: true,
  draft: ({ name }) => name,
  before: (directory) => directory,
  fields: fieldsOfDirectory,
  rehearse: {
    verb: "providers.test.do",
    run: ({ name, unique }, body) => testDirectoryAt({ ...body, name, unique }),
  },
  run: async (directory, body) => {
    const { data, requestId } = await changeDirectory({ ...against(directory), body });
    return { requestId, now: data };
  },
  onto: (_, current) => current as DirectoryView,
};

const switching = (disabled: boolean): Action<ProviderView> => ({
  id: disabled ? "identity-provider.disable" : "identity-provider.enable",
  needs: ["identity-provider", "update"],
  verb: disabled ? "providers.off.do" : "providers.on.do",
  title: disabled ? "providers.off.title" : "providers.on.title",
  body: disabled ? "providers.off.body" : "providers.on.body",
  danger: disabled,
  load: present,
  ...(disabled ? { effects: concerned } : {}),
  run: async (provider) => {
    const { requestId } = await switchProvider({ ...against(provider), body: { disabled } });
    return { requestId };
  },
  onto: (_, current) => current as ProviderView,
});

export const switchOff = switching(true);
export const switchOn = switching(false);

/** Gone with its people's ways in and the roles of its groups; accounts stay. */
export const removeProvider: Action<ProviderView> = {
  id: "identity-provider.delete",
  final: true,
  needs: ["identity-provider", "delete"],
  verb: "providers.delete.do",
  title: "providers.delete.title",
  body: "providers.delete.body",
  danger: true,
  typeName: true,
  goes: true,
  load: present,
  effects: concerned,
  run: async (provider) => {
    const { requestId } = await deleteProvider(against(provider));
    return { requestId, href: "/access/providers" };
  },
  onto: (_, current) => current as ProviderView,
};

/** A provider whose groups are given roles, and the whole organisation's name. */
interface OfGroups {
  provider: string;
  organisation: string;
  forms?: Forms;
}

/** What the form of a group's role holds. */
type GroupRole = Omit<Granted, "subject_kind">;

/** Gives a role to everybody whom the provider says to be in a group. */
export const grantGroup: Action<OfGroups, GroupRole> = {
  id: "identity-provider.grant",
  needs: ["binding", "create"],
  verb: "providers.grant.do",
  title: "providers.grant.title",
  body: "providers.grant.body",
  draft: ({ provider }) => provider,
  load: async (groups) => ({ ...groups, forms: await import("./granting") }),
  fields: ({ organisation, forms }, texts: Texts) =>
    forms ? [GROUP, ...forms.grantFields(`org/${organisation}`, texts, true)] : [],
  rehearse: {
    verb: "access.grant.preview",
    run: (groups, body) => formsOf(groups).previewOf(bindingOf(groups, body)),
  },
  run: (groups, body) => grant(bindingOf(groups, body)),
};

const GROUP: Field = {
  id: "subject",
  input: "text",
  label: "providers.grant.group",
  help: "providers.grant.groupHelp",
  required: true,
  maxLength: 256,
};

function bindingOf(groups: OfGroups, { subject, ...body }: GroupRole): NewBinding {
  const named = {
    ...body,
    subject: `${groups.provider}/${subject}`,
    subject_kind: "group" as const,
  };
  return formsOf(groups).bindingOf(named);
}

/** As it is now: its page may not have heard yet of what was saved on it a moment ago. */
export async function present({ name }: ProviderView): Promise<ProviderView> {
  return (await readProvider({ path: { name } })).data;
}

/** Whom a change concerns who is signed in or holds something by it. */
async function concerned({ name }: ProviderView): Promise<Effect[]> {
  const { data } = await readProviderImpact({ path: { name } });
  return [
    { count: data.sessions, what: "sessions" },
    {
      count: data.bindings,
      what: "role bindings",
      href: groupsHref(name),
    },
  ].filter(({ count }) => count > 0);
}

/** The roles that the provider's groups hold. */
export function groupsHref(name: string): string {
  const filters = ["subject_kind=group", `subject^=${JSON.stringify(`${name}/`)}`];
  return `/access/bindings?${new URLSearchParams(filters.map((one) => ["filter", one]))}`;
}

export const against = ({ name, row_version }: ProviderView) => ({
  path: { name },
  headers: { "If-Match": `"${row_version}"` },
});
