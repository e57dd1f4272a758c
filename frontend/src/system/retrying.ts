import type { Action } from "../actions/action";
import { retryComponent as retry } from "../api/generated/sdk.gen";

/** Has the local stack try a failed component again; what runs goes on. */
export const retryComponent: Action<{ name: string }> = {
  id: "stack.retry",
  needs: ["stack", "restart"],
  verb: "stack.retry.do",
  title: "stack.retry.title",
  body: "stack.retry.body",
  run: async ({ name }) => {
    const { requestId } = await retry({ path: { name } });
    return { requestId };
  },
};
