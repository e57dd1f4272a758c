import "../../i18n/later";
import "../../i18n/provisioning";
import type { Action, Done } from "../../actions/action";
import { createScimToken, revokeScimToken, rotateScimToken } from "../../api/generated/sdk.gen";
import type { MadeScimToken } from "../../api/generated/types.gen";
import type { Field } from "../../forms/field";
import { Secret } from "../../tokens/Secret";

/** The provider whose token it is, and which. */
interface Target {
  provider: string;
  token: string;
}

const whole = (id: string, initial: string, minimum: number, maximum: number) =>
  ({
    id,
    initial,
    minimum,
    maximum,
    input: "number",
    whole: true,
    required: true,
  }) as const;

const DAYS: readonly Field[] = [
  { ...whole("days", "365", 1, 3660), label: "tokens.days", help: "tokens.daysHelp" },
];
const OVERLAP: readonly Field[] = [
  {
    ...whole("overlap_hours", "24", 0, 720),
    label: "tokens.rotate.overlap",
    help: "tokens.rotate.overlapHelp",
  },
];

const made = ({ data, requestId }: { data: MadeScimToken; requestId: string }): Done => ({
  requestId,
  told: <Secret secret={data.secret} />,
});

/** The provider's token, where it has none. */
export const makeToken: Action<Target, { days: number }> = {
  id: "identity-provider.create-token",
  needs: ["identity-provider", "update"],
  verb: "provisioning.create.do",
  title: "provisioning.create.title",
  body: "provisioning.create.body",
  draft: ({ provider }) => provider,
  fields: DAYS,
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
