import { Alert } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { MoveView } from "../../api/generated/types.gen";

/** How many machines would move, out of which groups, and what they would give up. */
export function MovePreview({ found }: { found: MoveView }) {
  const { t } = useTranslation();
  const { machines, updating, groups, more } = found;
  return (
    <Alert
      component="p"
      variant="info"
      variantLabel={t("alert.info")}
      isInline
      isLiveRegion
      title={t("updates.move.counted", { count: machines })}
      data-preview
    >
      <ul>
        {groups.map(({ id, name, machines: number }) => (
          <li key={id} translate="no">
            {name}: {number}
          </li>
        ))}
        {updating > 0 && <li>{t("updates.move.updating", { count: updating })}</li>}
        {more && <li>{t("updates.move.more")}</li>}
      </ul>
    </Alert>
  );
}
