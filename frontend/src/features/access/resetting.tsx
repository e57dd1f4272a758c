import type { Action } from "../../actions/action";
import { resetPassword as postReset, removeSecondFactors } from "../../api/generated/sdk.gen";
import type { UserRow } from "../../api/generated/types.gen";
import { OneTimePassword } from "./OneTimePassword";

/** A one-time password for somebody, with which they choose their own. */
export const resetPassword: Action<Pick<UserRow, "key">> = {
  id: "user.password",
  final: true,
  danger: true,
  needs: ["user", "update"],
  verb: "access.password.do",
  title: "access.password.title",
  body: "access.password.body",
  run: async ({ key }) => {
    const { data, requestId } = await postReset({ path: { user_id: key } });
    return { requestId, told: <OneTimePassword made={data} /> };
  },
};

/** Takes the second factors of somebody away who lost them; they are signed out everywhere. */
export const removeFactors: Action<Pick<UserRow, "key">> = {
  id: "user.factors",
  final: true,
  danger: true,
  needs: ["user", "update"],
  verb: "access.factors.do",
  title: "access.factors.title",
  body: "access.factors.body",
  run: ({ key }) => removeSecondFactors({ path: { user_id: key } }),
};
