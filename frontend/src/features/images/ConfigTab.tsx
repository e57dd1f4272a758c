import { useTranslation } from "react-i18next";
import type { ConfigView } from "../../api/generated/types.gen";
import { Digest } from "../../detail/Digest";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";

/** How a container of the image starts. */
export function ConfigTab({ config }: { config: ConfigView }) {
  const { t } = useTranslation();
  return (
    <div className="cr-columns">
      <Section title={t("image.start")}>
        <Facts
          facts={[
            [t("image.entrypoint"), command(config.entrypoint)],
            [t("image.cmd"), command(config.cmd)],
            [t("image.user"), <span key="u">{config.user || t("image.root")}</span>],
            [t("image.workingDir"), config.working_dir && <Raw>{config.working_dir}</Raw>],
            [t("image.ports"), config.ports.length > 0 && <Raw>{config.ports.join(", ")}</Raw>],
            [t("image.platform"), <Raw key="p">{config.platform}</Raw>],
            [t("image.configDigest"), <Digest key="d" text={config.digest} />],
          ]}
        />
      </Section>
      <Section title={t("image.env")} note={<Raw>{config.env.length}</Raw>}>
        {config.env.length === 0 && <p className="cr-muted">{t("detail.none")}</p>}
        <ul className="cr-list">
          {config.env.map((line) => (
            <li key={line}>
              <code className="cr-step" translate="no">
                {line}
              </code>
            </li>
          ))}
        </ul>
      </Section>
    </div>
  );
}

function command(words: readonly string[]) {
  if (words.length === 0) return null;
  return (
    <code className="cr-step" translate="no">
      {words.map((word) => (/[\s"']/.test(word) ? JSON.stringify(word) : word)).join(" ")}
    </code>
  );
}
