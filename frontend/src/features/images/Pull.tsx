import { useTranslation } from "react-i18next";
import { CopyButton } from "../../format/CopyButton";
import { shortenMiddle } from "../../format/shorten";

/** How to pull an image: the command, with a button that copies it. */
export function Pull({ image }: { image: string }) {
  const { t } = useTranslation();
  const command = `docker pull ${image}`;
  const [name = "", digest] = command.split("@");
  return (
    <span className="cr-opaque" title={t("image.pullHint")}>
      <code className="cr-step" translate="no">
        {digest ? `${name}@${shortenMiddle(digest)}` : command}
      </code>
      <CopyButton text={command} />
    </span>
  );
}
