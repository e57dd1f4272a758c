import type { Action } from "../../actions/action";
import {
  createBreakGlass,
  sealBreakGlass as seal,
  setUpBreakGlass,
} from "../../api/generated/sdk.gen";
import type { BreakGlassView, NewBreakGlass, NewTotp } from "../../api/generated/types.gen";
import { NewSecret } from "../../tokens/RecoveryCodes";
import { PrintedCode } from "./PrintedCode";

/** Makes the account: opening it begins with its app, the first code of that ends it. */
export const makeBreakGlass: Action<NewTotp, Omit<NewBreakGlass, "state">> = {
  id: "break-glass.make",
  needs: ["identity-provider", "update"],
  verb: "rules.glass.make.do",
  title: "rules.glass.make.title",
  body: "rules.glass.make.body",
  load: async () => (await setUpBreakGlass()).data,
  draft: ({ state }) => state,
  shown: (begun) => <NewSecret begun={begun} />,
  fields: [
    {
      id: "code",
      input: "text",
      label: "account.app.add.code",
      autoComplete: "one-time-code",
      required: true,
      maxLength: 64,
    },
    {
      id: "login",
      input: "text",
      label: "login.user",
      required: true,
      initial: "break-glass",
      maxLength: 128,
    },
    {
      id: "password",
      input: "text",
      label: "login.password",
      help: "rules.glass.make.password",
      secret: true,
      required: true,
      maxLength: 1024,
    },
  ],
  run: async ({ state }, body) => {
    const { data, requestId } = await createBreakGlass({ body: { state, ...body } });
    return { requestId, told: <PrintedCode made={data} recovery={data.recovery_codes} /> };
  },
};

/** Off with a new code; who is signed in with it is signed out. */
export const sealBreakGlass: Action<BreakGlassView> = {
  id: "break-glass.seal",
  needs: ["identity-provider", "update"],
  verb: "rules.glass.seal.do",
  title: "rules.glass.seal.title",
  body: "rules.glass.seal.body",
  danger: true,
  final: true,
  draft: ({ login }) => login ?? "",
  run: async ({ row_version }) => {
    const headers = { "if-match": `"${row_version}"` };
    const { data, requestId } = await seal({ headers });
    return { requestId, told: <PrintedCode made={data} recovery={[]} /> };
  },
  onto: (_, current) => current as BreakGlassView,
};
