import "../../i18n/signin";
import type { Action } from "../../actions/action";
import {
  addAuthenticator as confirm,
  removeAuthenticator as remove,
  renewRecoveryCodes,
  setUpAuthenticator,
} from "../../api/generated/sdk.gen";
import type { NewTotp, TotpConfirmation } from "../../api/generated/types.gen";
import { NewSecret, RecoveryCodes } from "../../tokens/RecoveryCodes";

/** Sets up an app: opening it begins, the first code ends it. */
export const addAuthenticator: Action<NewTotp, Pick<TotpConfirmation, "code">> = {
  id: "account.authenticator",
  needs: null,
  verb: "account.app.add.do",
  title: "account.app.add.title",
  load: async () => (await setUpAuthenticator()).data,
  draft: ({ state }) => state,
  shown: (begun) => <NewSecret begun={begun} />,
  fields: [
    {
      id: "code",
      input: "text",
      label: "account.app.add.code",
      help: "account.app.add.codeHint",
      autoComplete: "one-time-code",
      required: true,
      maxLength: 64,
    },
  ],
  run: async ({ state }, { code }) => {
    const { data, requestId } = await confirm({ body: { state, code } });
    return { requestId, told: <RecoveryCodes codes={data.codes} /> };
  },
};

export const newRecoveryCodes: Action<null> = {
  id: "account.codes",
  needs: null,
  verb: "account.codes.do",
  title: "account.codes.ask",
  body: "account.codes.body",
  final: true,
  run: async () => {
    const { data, requestId } = await renewRecoveryCodes();
    return { requestId, told: <RecoveryCodes codes={data.codes} /> };
  },
};

export const removeAuthenticator: Action<null> = {
  id: "account.authenticator.remove",
  needs: null,
  verb: "account.app.remove.do",
  title: "account.app.remove.title",
  body: "account.app.remove.body",
  danger: true,
  final: true,
  run: () => remove(),
};
