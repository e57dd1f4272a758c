import type { Action } from "../../actions/action";
import { passkeyChangeBody } from "../../api/generated/bodies.gen";
import {
  addPasskey as add,
  beginPasskey,
  removePasskey as remove,
  renamePasskey as rename,
} from "../../api/generated/sdk.gen";
import type { NewPasskey, PasskeyChange, PasskeyView } from "../../api/generated/types.gen";
import { deviceOf } from "../../format/device";
import { fieldsOf } from "../../forms/field";
import { newPasskey } from "../../session/passkeys";
import { RecoveryCodes } from "../../tokens/RecoveryCodes";

const NAME = { label: "account.passkeys.name", help: "account.passkeys.nameHint" } as const;

/** Has the device in front of the person make one. */
export const addPasskey: Action<null, Pick<NewPasskey, "name">> = {
  id: "account.passkey",
  needs: null,
  verb: "account.passkeys.add.do",
  title: "account.passkeys.add.title",
  body: "account.passkeys.add.body",
  fields: fieldsOf(passkeyChangeBody, {
    name: { ...NAME, initial: deviceOf(navigator.userAgent) },
  }),
  run: async (_, { name }) => {
    const begun = await beginPasskey();
    const credential = await newPasskey(begun.data.options);
    const { data, requestId } = await add({ body: { name, credential } });
    const told = data.codes.length > 0 && <RecoveryCodes codes={data.codes} />;
    return { requestId, told };
  },
};

export const renamePasskey: Action<PasskeyView, PasskeyChange> = {
  id: "account.passkey.rename",
  needs: null,
  verb: "account.passkeys.rename.do",
  title: "account.passkeys.rename.title",
  fields: fieldsOf(passkeyChangeBody, { name: NAME }),
  before: ({ name }) => ({ name }),
  whole: true,
  run: ({ id, row_version }, body) => {
    const headers = { "If-Match": `"${row_version}"` };
    return rename({ path: { passkey_id: id }, headers, body });
  },
  onto: (_, current) => current as PasskeyView,
};

export const removePasskey: Action<PasskeyView> = {
  id: "account.passkey.remove",
  needs: null,
  verb: "account.passkeys.remove.do",
  title: "account.passkeys.remove.title",
  body: "account.passkeys.remove.body",
  danger: true,
  final: true,
  run: ({ id }) => remove({ path: { passkey_id: id } }),
};
