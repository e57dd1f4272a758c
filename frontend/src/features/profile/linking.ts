import type { Action } from "../../actions/action";
import { passwordSignInBody } from "../../api/generated/bodies.gen";
import { linkOwnDirectory, linkOwnIdentity, unlinkOwnIdentity } from "../../api/generated/sdk.gen";
import type { IdentityView, LinkOffered, PasswordSignIn } from "../../api/generated/types.gen";
import { fieldsOf } from "../../forms/field";
import { goOutside } from "../../shell/navigate";

/** As long as the server waits for a provider. */
const PROVIDER_MS = 15_000;

/** Leaves for the provider, which asks who is there; it leads back to the profile. */
export const linkProvider: Action<LinkOffered> = {
  id: "account.identity",
  needs: null,
  verb: "linking.add.do",
  title: "linking.add.title",
  body: "linking.add.away",
  run: async ({ name }) => {
    const asked = { path: { provider: name }, deadline: PROVIDER_MS };
    const { data, requestId } = await linkOwnIdentity(asked);
    goOutside(data.url);
    return { requestId };
  },
};

/** The same with a directory, whose user name and password are given here. */
export const linkDirectory: Action<LinkOffered, PasswordSignIn> = {
  id: "account.identity.directory",
  needs: null,
  verb: "linking.add.do",
  title: "linking.add.title",
  body: "linking.add.here",
  fields: fieldsOf(passwordSignInBody, {
    login: { label: "linking.add.user", autoComplete: "off" },
    password: { label: "linking.add.password", autoComplete: "off" },
  }),
  run: ({ name }, body) =>
    linkOwnDirectory({ path: { provider: name }, body, deadline: PROVIDER_MS }),
};

export const unlink: Action<IdentityView> = {
  id: "account.identity.remove",
  needs: null,
  verb: "linking.remove.do",
  title: "linking.remove.title",
  body: "linking.remove.body",
  danger: true,
  final: true,
  run: ({ id }) => unlinkOwnIdentity({ path: { identity_id: id } }),
};
