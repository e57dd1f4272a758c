import "../../i18n/later";
import "../../i18n/provisioning";
import type { Action } from "../../actions/action";
import { createScimToken, revokeScimToken, rotateScimToken } from "../../api/generated/sdk.gen";
import { daysField, made, OVERLAP } from "../../tokens/making";

/** The provider whose token it is, and which. */
interface Target {
  provider: string;
  token: string;
}

/** The provider's token, where it has none. */
export const makeToken: Action<Target, { days: number }> = {
  id: "identity-provider.create-token",
  needs: ["identity-provider", "update"],
  verb: "provisioning.create.do",
  title: "provisioning.create.title",
  body: "provisioning.create.body",
  draft: ({ provider }) => provider,
  fields: [daysField(365, 3660)],
  run: async ({ provider: name }, body) => made(await createScimToken({ path: { name }, body })),
};

/** One in its place. */
export const rotateToken: Action<Target, { overlap_hours: number }> = {
  id: "identity-provider.rotate-token",
  needs: ["identity-provider", "update"],
  verb: "tokens.rotate.do",
  title: "provisioning.rotate.title",
  body: "provisioning.rotate.body",
  draft: ({ token }) => token,
  fields: OVERLAP,
  run: async ({ provider: name, token: token_id }, body) =>
    made(await rotateScimToken({ path: { name, token_id }, body })),
};

/** None any more. */
export const revokeToken: Action<Target> = {
  id: "identity-provider.revoke-token",
  needs: ["identity-provider", "update"],
  verb: "tokens.revoke.do",
  title: "provisioning.revoke.title",
  body: "provisioning.revoke.body",
  danger: true,
  final: true,
  run: ({ provider: name, token: token_id }) => revokeScimToken({ path: { name, token_id } }),
};
