import { Alert, List, ListItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { PreviewView } from "../../api/generated/types.gen";

/** What a policy would mean now: who could start, and what holds the others. */
export function PolicyPreview({ found }: { found: PreviewView }) {
  const { t } = useTranslation();
  const { eligible, machines, target, held } = found;
  return (
    <Alert
      component="p"
      variant="info"
      variantLabel={t("alert.info")}
      isInline
      isLiveRegion
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
    </Alert>
  );
}
