import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { readInvitation } from "../../api/generated/sdk.gen";
import type { InvitationRow } from "../../api/generated/types.gen";
import { Notice } from "../../states/Notice";
import { renew, revoke } from "./invitations";

/** What can be done with an invitation, and whether its link would hold at this moment. */
export function InvitationPanel({ invitation }: { invitation: InvitationRow }) {
  const { t } = useTranslation();
  const { key, state, login, row_version } = invitation;
  const open = state !== "Completed" && state !== "Withdrawn";
  const { data } = useQuery({
    queryKey: ["invitation", key, state, row_version],
    queryFn: async () => (await readInvitation({ path: { invitation_id: key } })).data,
    enabled: open,
    retry: false,
  });
  if (!open) return null;
  return (
    <>
      {data?.against && (
        <Notice tone="warning" title={t("inviting.against")}>
          <span translate="no">{data.against}</span>
        </Notice>
      )}
      <p className="cr-muted">{t("inviting.holds")}</p>
      <div className="cr-actions">
        <ActionButton action={renew} target={invitation} name={login} />
        <ActionButton action={revoke} target={invitation} name={login} variant="danger" />
      </div>
    </>
  );
}
