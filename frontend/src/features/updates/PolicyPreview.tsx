import { List, ListItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { PreviewView } from "../../api/generated/types.gen";
import { Notice } from "../../states/Notice";

/** What a policy would mean now: who could start, and what holds the others. */
export function PolicyPreview({ found }: { found: PreviewView }) {
  const { t } = useTranslation();
  const { eligible, machines, target, held } = found;
  return (
    <Notice
      tone="info"
      live
      title={t("updates.policy.previewed", { eligible, machines, target: target ?? "—" })}
      data-preview
    >
      <List isPlain>
        {held.map(({ reason, text, machines: count }) => (
          <ListItem key={reason}>
            <span translate="no">
              {count}: {text}
            </span>
          </ListItem>
        ))}
      </List>
    </Notice>
  );
}
