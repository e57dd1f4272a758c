import "../../i18n/signin";
import { useTranslation } from "react-i18next";
import type { Action, Done } from "../../actions/action";
import { passwordChangeBody } from "../../api/generated/bodies.gen";
import { changePassword } from "../../api/generated/sdk.gen";
import type { PasswordChange, PasswordChanged } from "../../api/generated/types.gen";
import { fieldsOf } from "../../forms/field";

/** Sets one's own password; every other session of one's own ends. */
export const changeOwnPassword: Action<null, PasswordChange> = {
  id: "account.password",
  needs: null,
  verb: "account.password.do",
  title: "account.password.ask",
  body: "account.password.body",
  final: true,
  fields: fieldsOf(passwordChangeBody, {
    current: {
      label: "account.password.current",
      autoComplete: "current-password",
      required: true,
    },
    password: {
      label: "account.password.new",
      help: "setup.passwordHint",
      autoComplete: "new-password",
    },
    revoke_tokens: { label: "account.password.revoke" },
  }),
  run: async (_, body): Promise<Done> => {
    const { data, requestId } = await changePassword({ body });
    return { requestId, told: <Changed changed={data} /> };
  },
};

/** What ended with the old one. */
function Changed({ changed }: { changed: PasswordChanged }) {
  const { t } = useTranslation();
  const { sessions_ended, tokens_left, tokens_revoked } = changed;
  return (
    <ul>
      <li>{t("account.password.ended", { count: sessions_ended })}</li>
      {tokens_revoked > 0 && <li>{t("account.password.revoked", { count: tokens_revoked })}</li>}
      {tokens_left > 0 && <li>{t("account.password.tokens", { count: tokens_left })}</li>}
    </ul>
  );
}
