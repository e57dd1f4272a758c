import { useTranslation } from "react-i18next";
import { CopyButton } from "../../format/CopyButton";

/** How to pull an image: the command, with a button that copies it. */
export function Pull({ image }: { image: string }) {
  const { t } = useTranslation();
  const command = `docker pull ${image}`;
  return (
    <span className="cr-opaque" title={t("image.pullHint")}>
      <code className="cr-step" translate="no">
        {command}
      </code>
      <CopyButton text={command} />
    </span>
  );
}
