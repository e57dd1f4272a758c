import { useTranslation } from "react-i18next";
import type { MoveView } from "../../api/generated/types.gen";
import { Notice } from "../../states/Notice";

/** How many machines would move, out of which groups, and what they would give up. */
export function MovePreview({ found }: { found: MoveView }) {
  const { t } = useTranslation();
  const { machines, updating, groups, more } = found;
  return (
    <Notice tone="info" live title={t("updates.move.counted", { count: machines })} data-preview>
      <ul>
        {groups.map(({ id, name, machines: number }) => (
          <li key={id} translate="no">
            {name}: {number}
          </li>
        ))}
        {updating > 0 && <li>{t("updates.move.updating", { count: updating })}</li>}
        {more && <li>{t("updates.move.more")}</li>}
      </ul>
    </Notice>
  );
}
