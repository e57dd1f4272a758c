import type { Action, Done, Effect } from "../../actions/action";
import { newBindingBody } from "../../api/generated/bodies.gen";
import {
  changeProvider,
  createBinding,
  createProvider,
  deleteBinding,
  deleteProvider,
  readProvider,
  readProviderImpact,
  switchProvider,
  testProvider,
} from "../../api/generated/sdk.gen";
import type { NewBinding, NewProvider, ProviderDraft } from "../../api/generated/types.gen";
import { fieldsOf } from "../../forms/field";
import { segment } from "../../pages/page";
import { ProviderFoundNotice } from "./ProviderFound";
import { fieldsOfProvider, newFields } from "./providerFields";
import type { PresetView, ProviderView } from "./providersApi";

/** As long as the server waits for a provider's two documents. */
const TEST_MS = 30_000;

const test = async (body: NewProvider) => {
  const { data } = await testProvider({ body, deadline: TEST_MS });
  return { shown: <ProviderFoundNotice found={data} /> };
};

/** A new provider, whose documents are read before it is kept. */
export const addProvider: Action<readonly PresetView[], NewProvider> = {
  id: "identity-provider.create",
  needs: ["identity-provider", "create"],
  verb: "providers.save.new",
  title: "providers.add",
  goes: true,
  fields: (presets, { kind }) => newFields(presets, kind),
  rehearse: { verb: "providers.test.do", run: (_, body) => test(body) },
  insist: { verb: "providers.save.untested", after: ({ tested }) => tested === false },
  run: async (_, body, { insist: untested }) => {
    const { data, requestId } = await createProvider({
      body: { ...body, untested },
      deadline: TEST_MS,
    });
    return { requestId, href: `/access/providers/${segment(data.name)}` };
  },
};

/** The settings of one that is there. Its name, product and issuer stay. */
export const editProvider: Action<ProviderView, ProviderDraft> = {
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
    run: ({ name, issuer }, body) => test({ ...body, name, issuer }),
  },
  run: async (provider, body) => {
    const { data, requestId } = await changeProvider({ ...against(provider), body });
    return { requestId, now: data };
  },
  onto: (_, current) => current as ProviderView,
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
}

/** What the form of a group's role holds. */
type GroupRole = Pick<NewBinding, "subject" | "role" | "scope" | "reason">;

const ROLES = ["viewer", "operator", "owner"].map((value) => ({ value }));

/** Gives a role to everybody whom the provider says to be in a group. */
export const grantGroup: Action<OfGroups, GroupRole> = {
  id: "identity-provider.grant",
  needs: ["binding", "create"],
  verb: "providers.grant.do",
  title: "providers.grant.title",
  body: "providers.grant.body",
  draft: ({ provider }) => provider,
  fields: ({ organisation }) =>
    fieldsOf(newBindingBody, {
      subject: { label: "providers.grant.group", help: "providers.grant.groupHelp" },
      role: { label: "access.grant.role", options: ROLES, initial: "viewer" },
      scope: {
        label: "access.grant.scope",
        help: "access.grant.scopeHint",
        initial: `org/${organisation}`,
      },
      reason: { label: "access.grant.reason" },
    }),
  run: async ({ provider }, { subject, ...body }): Promise<Done> => {
    const { data, requestId } = await createBinding({
      body: { ...body, subject_kind: "group", subject: `${provider}/${subject}` },
    });
    return {
      requestId,
      href: `/access/bindings?row=${encodeURIComponent(data.id)}`,
      undo: () => deleteBinding({ path: { binding_id: data.id } }),
    };
  },
};

/** As it is now: its page may not have heard yet of what was saved on it a moment ago. */
async function present({ name }: ProviderView): Promise<ProviderView> {
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

const against = ({ name, row_version }: ProviderView) => ({
  path: { name },
  headers: { "If-Match": `"${row_version}"` },
});
