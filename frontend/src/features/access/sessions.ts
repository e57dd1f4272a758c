import type { Action } from "../../actions/action";
import { endOneSession } from "../../api/generated/sdk.gen";
import type { SessionRow } from "../../api/generated/types.gen";

/** Ends a person's session, on every replica. */
export const endSession: Action<Pick<SessionRow, "key">> = {
  id: "session.end",
  needs: ["session", "delete"],
  verb: "sessions.end.do",
  title: "access.session.title",
  body: "sessions.end.body",
  danger: true,
  final: true,
  run: ({ key }) => endOneSession({ path: { session_id: key } }),
};
