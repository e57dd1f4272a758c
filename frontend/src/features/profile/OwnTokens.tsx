import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { listTokensOptions } from "../../api/generated/@tanstack/react-query.gen";
import { toProblem } from "../../api/problem";
import { SkeletonLines } from "../../states/Skeletons";
import { EmptyTable, Failed } from "../../states/States";
import { OwnedTokens } from "../../tokens/OwnedTokens";
import { createOwnToken, OWN_TOKEN } from "../../tokens/tokens";

/** One's own tokens, and the way to a new one. */
export function OwnTokens() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(listTokensOptions());
  return (
    <>
      <p>{t("tokens.sentence")}</p>
      <div className="cr-actions">
        <ActionButton
          action={createOwnToken}
          target={{ service: null }}
          name=""
          variant="primary"
        />
      </div>
      {!data && !error && <SkeletonLines />}
      {error && <Failed problem={toProblem(error)} onRetry={() => void refetch()} />}
      {data?.length === 0 && <EmptyTable hint={t("tokens.none")} />}
      {data && data.length > 0 && (
        <OwnedTokens tokens={data} actions={OWN_TOKEN} label={t("profile.tokens")} />
      )}
    </>
  );
}
