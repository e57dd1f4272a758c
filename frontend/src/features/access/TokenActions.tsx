import { ActionButton } from "../../actions/ActionHost";
import type { SessionRow, TokenRow } from "../../api/generated/types.gen";
import { deviceOf } from "../../format/device";
import { SERVICE_TOKEN } from "../../tokens/tokens";
import { endSession } from "./sessions";

/** What can be done with somebody's token: a service account's is rotated unless a workload
 * got it, anybody's revoked. */
export function TokenActions({ token }: { token: TokenRow }) {
  const { owner, owner_kind, name, replaced, workload } = token;
  const called = `${owner}: ${name}`;
  return (
    <div className="cr-actions">
      {owner_kind === "service" && replaced === null && !workload && (
        <ActionButton action={SERVICE_TOKEN.rotate} target={token} name={called} />
      )}
      <ActionButton action={SERVICE_TOKEN.revoke} target={token} name={called} variant="danger" />
    </div>
  );
}

/** What can be done with somebody's session. */
export function SessionActions({ session }: { session: SessionRow }) {
  const name = `${session.login}, ${deviceOf(session.agent)}`;
  return (
    <div className="cr-actions">
      <ActionButton action={endSession} target={session} name={name} variant="danger" />
    </div>
  );
}
