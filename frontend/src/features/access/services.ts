import type { Action, Done, Effect } from "../../actions/action";
import { newServiceAccountBody, serviceAccountChangeBody } from "../../api/generated/bodies.gen";
import {
  changeServiceAccount,
  createServiceAccount,
  deleteServiceAccount,
} from "../../api/generated/sdk.gen";
import type {
  NewServiceAccount,
  ServiceAccountChange,
  ServiceAccountRow,
  ServiceAccountView,
} from "../../api/generated/types.gen";
import { fieldsOf } from "../../forms/field";

/** What is needed of a service account to change it. */
type Account = Pick<ServiceAccountRow, "key" | "name" | "title" | "row_version">;

const FOR = { label: "access.service.for", help: "access.service.forHint" } as const;

/** A new service account; it has neither rights nor tokens. */
export const addService: Action<null, NewServiceAccount> = {
  id: "service.create",
  needs: ["service-account", "create"],
  verb: "access.service.add.do",
  title: "access.service.add.title",
  body: "access.service.add.body",
  fields: fieldsOf(newServiceAccountBody, {
    name: { label: "access.service.name", help: "access.service.nameHint" },
    title: FOR,
    team: { label: "access.service.team", help: "access.service.teamHint" },
  }),
  run: async (_, body) => {
    const { data, requestId } = await createServiceAccount({ body });
    const row = new URLSearchParams({ row: data.id });
    return { requestId, href: `/access/service-accounts?${row}` };
  },
};

export const describeService: Action<Account, ServiceAccountChange> = {
  id: "service.describe",
  needs: ["service-account", "update"],
  verb: "access.service.describe.do",
  title: "access.service.describe.title",
  fields: fieldsOf(serviceAccountChangeBody, { title: FOR }),
  before: ({ title }) => ({ title }),
  run: (account, body) => change(account, body),
  onto: (_, current) => accountOf(current as ServiceAccountView),
};

export const serviceOff = switching(true);
export const serviceOn = switching(false);

function switching(disabled: boolean): Action<Account> {
  return {
    id: disabled ? "service.disable" : "service.enable",
    needs: ["service-account", "update"],
    verb: disabled ? "access.off.do" : "access.on.do",
    title: disabled ? "access.off.title" : "access.on.title",
    body: disabled ? "access.service.off" : "access.service.on",
    danger: disabled,
    run: async (account) => {
      const { data, requestId } = await change(account, { disabled });
      const undo = async (): Promise<Done> => change(accountOf(data), { disabled: !disabled });
      return { requestId, undo };
    },
    onto: (_, current) => accountOf(current as ServiceAccountView),
  };
}

/** Gone with its tokens and the roles it holds, which are counted first. */
export const removeService: Action<ServiceAccountRow> = {
  id: "service.delete",
  final: true,
  needs: ["service-account", "delete"],
  verb: "access.remove.do",
  title: "access.remove.title",
  body: "access.service.remove",
  danger: true,
  typeName: true,
  effects: async ({ name, tokens, roles }): Promise<Effect[]> => [
    ...effect(tokens, "access tokens", "/access/tokens", [
      `owner=${JSON.stringify(name)}`,
      "owner_kind=service",
    ]),
    ...effect(roles, "role bindings", "/access/bindings", [
      `subject=${JSON.stringify(name)}`,
      "subject_kind=service",
    ]),
  ],
  run: ({ key }) => deleteServiceAccount({ path: { account_id: key } }),
};

function effect(count: number, what: string, href: string, filter: readonly string[]): Effect[] {
  const words = new URLSearchParams(filter.map((one) => ["filter", one]));
  return count > 0 ? [{ count, what, href: `${href}?${words}` }] : [];
}

async function change({ key, row_version }: Account, body: ServiceAccountChange) {
  const headers = { "If-Match": `"${row_version}"` };
  return changeServiceAccount({ path: { account_id: key }, headers, body });
}

const accountOf = ({ id, name, title, row_version }: ServiceAccountView): Account => ({
  key: id,
  name,
  title,
  row_version,
});
