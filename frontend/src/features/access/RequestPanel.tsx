import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { ProblemNotice } from "../../actions/ProblemNotice";
import { previewBinding, readAccessRequest } from "../../api/generated/sdk.gen";
import type { AccessRequestRow } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { wish } from "../../asking/requests";
import { Section } from "../../detail/Section";
import { GrantPreview } from "./GrantPreview";
import { askedFor, grantRequest, refuseRequest } from "./requests";

/** What a request would give, and the decision on it; nothing of one that is decided. */
export function RequestPanel({ request }: { request: AccessRequestRow }) {
  if (request.state !== "Pending") return null;
  const name = `${request.login}, ${wish(request)}`;
  return (
    <>
      <div className="cr-actions">
        <ActionButton action={grantRequest} target={request} name={name} variant="primary" />
        <ActionButton action={refuseRequest} target={request} name={name} />
      </div>
      <WouldGive request={request} />
    </>
  );
}

function WouldGive({ request: { key, row_version } }: { request: AccessRequestRow }) {
  const { t } = useTranslation();
  const { data, error } = useQuery({
    queryKey: ["access-request", key, row_version],
    queryFn: async () => {
      const { data: request } = await readAccessRequest({ path: { request_id: key } });
      const asked = askedFor(request);
      return asked.role && { asked, told: (await previewBinding({ body: asked })).data };
    },
    retry: false,
  });
  if (error) return <ProblemNotice problem={toProblem(error)} />;
  if (data === undefined) return null;
  return (
    <Section title={t("ask.wouldGive")}>
      {data ? <GrantPreview {...data} /> : <p className="cr-muted">{t("ask.noneSuits")}</p>}
    </Section>
  );
}
