import type { Action, Done, Effect } from "../../actions/action";
import { newUserBody } from "../../api/generated/bodies.gen";
import { changeUser, createUser, deleteUser, listRows } from "../../api/generated/sdk.gen";
import type { NewUser, UserChange, UserRow, UserView } from "../../api/generated/types.gen";
import { fieldsOf } from "../../forms/field";

/** What is needed of an account to change it. */
type Account = Pick<UserRow, "key" | "login" | "row_version">;

/** A new local account; it has no rights until it is given a role. */
export const addPerson: Action<null, NewUser> = {
  id: "user.create",
  needs: ["user", "create"],
  verb: "access.add.do",
  title: "access.add.title",
  body: "access.add.body",
  fields: fieldsOf(newUserBody, {
    login: { label: "login.user" },
    name: { label: "setup.name" },
    password: { label: "login.password", help: "setup.passwordHint" },
  }),
  run: async (_, body) => {
    const { data, requestId } = await createUser({ body });
    return { requestId, href: `/access?row=${encodeURIComponent(data.id)}` };
  },
};

export const switchOff = switching(true);
export const switchOn = switching(false);

function switching(disabled: boolean): Action<Account> {
  return {
    id: disabled ? "user.disable" : "user.enable",
    needs: ["user", "update"],
    verb: disabled ? "access.off.do" : "access.on.do",
    title: disabled ? "access.off.title" : "access.on.title",
    body: disabled ? "access.off.body" : "access.on.body",
    danger: disabled,
    run: async (account) => {
      const { data, requestId } = await change(account, { disabled });
      const undo = async (): Promise<Done> => change(accountOf(data), { disabled: !disabled });
      return { requestId, undo };
    },
    onto: (_, current) => accountOf(current as UserView),
  };
}

/** Gone with the roles they hold themselves, which are counted first. */
export const removePerson: Action<Account> = {
  id: "user.delete",
  final: true,
  needs: ["user", "delete"],
  verb: "access.remove.do",
  title: "access.remove.title",
  body: "access.remove.body",
  danger: true,
  typeName: true,
  effects: async ({ login }): Promise<Effect[]> => {
    const filter = [`subject=${JSON.stringify(login)}`, "subject_kind=user"];
    const { data } = await listRows({ path: { name: "bindings" }, query: { filter, limit: 1 } });
    const words = new URLSearchParams(filter.map((one) => ["filter", one]));
    if (data.total === 0) return [];
    return [{ count: data.total, what: "role bindings", href: `/access/bindings?${words}` }];
  },
  run: ({ key }) => deleteUser({ path: { user_id: key } }),
};

async function change({ key, row_version }: Account, body: UserChange) {
  const headers = { "If-Match": `"${row_version}"` };
  return changeUser({ path: { user_id: key }, headers, body });
}

const accountOf = ({ id, login, row_version }: UserView): Account => ({
  key: id,
  login,
  row_version,
});
