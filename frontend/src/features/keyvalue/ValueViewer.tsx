import { Button, EmptyState, EmptyStateBody, Label } from "@patternfly/react-core";
import LockIcon from "@patternfly/react-icons/dist/esm/icons/lock-icon";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { readValueOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { ValueView } from "../../api/generated/types.gen";
import { CodeView } from "../../detail/CodeView";
import { Facts, Raw } from "../../detail/Facts";
import { KindBadge } from "../../detail/KindBadge";
import { formatBytes } from "../../format/numbers";
import { type Way, waysOf } from "./ways";

/** How a key's value is read. */
export function valueOptions(etcd: string, key: string) {
  return readValueOptions({ path: { name: etcd }, query: { key } });
}

/** What the value is, in the form that was found safe; the reason where it is not shown. */
export function ValueBody({
  value,
  bytesPerLine = 16,
}: {
  value: ValueView;
  bytesPerLine?: number;
}) {
  const hidden = value.form === "masked" || value.form === "encrypted" || value.form === "empty";
  return (
    <>
      {value.object && <HeldObject object={value.object} />}
      {hidden ? (
        <HiddenValue value={value} />
      ) : (
        <ShownValue value={value} ways={waysOf(value, bytesPerLine)} />
      )}
    </>
  );
}

/** The value in the way that was chosen; of several, the buttons to choose. */
function ShownValue({ value, ways }: { value: ValueView; ways: Way[] }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Way["id"]>();
  const way = ways.find(({ id }) => id === chosen) ?? ways[0];
  if (!way) return null;
  return (
    <CodeView
      text={way.text}
      copy={way.copy}
      language={way.language}
      label={t("value.of", { key: value.path })}
      note={
        <span className="cr-value-note">
          <ValueNote value={value} />
          {ways.length > 1 && (
            <span role="group" aria-label={t("value.ways")} className="cr-value-ways">
              {ways.map(({ id }) => (
                <Button
                  key={id}
                  variant="link"
                  size="sm"
                  isInline
                  aria-pressed={id === way.id}
                  onClick={() => setChosen(id)}
                >
                  {id === "guessed"
                    ? t("value.way.guessed", { encoding: value.encoding })
                    : t(`value.way.${id}`)}
                </Button>
              ))}
            </span>
          )}
        </span>
      }
    />
  );
}

function ValueNote({ value }: { value: ValueView }) {
  const { t } = useTranslation();
  return (
    <>
      <Label isCompact variant="outline">
        {t(`value.form.${value.form}`)}
      </Label>
      <Raw>{formatBytes(value.size)}</Raw>
      {value.truncated && <span>{t("value.truncated")}</span>}
      {value.note && <Raw>{value.note}</Raw>}
    </>
  );
}

function HiddenValue({ value }: { value: ValueView }) {
  const { t } = useTranslation();
  return (
    <EmptyState
      variant="xs"
      {...(value.form === "empty" ? {} : { icon: LockIcon })}
      titleText={t(`value.form.${value.form}`)}
      headingLevel="h2"
      data-form={value.form}
    >
      <EmptyStateBody>
        <Raw>{value.note}</Raw>
        {value.size > 0 && (
          <div>
            <Raw>{formatBytes(value.size)}</Raw>
          </div>
        )}
      </EmptyStateBody>
    </EmptyState>
  );
}

function HeldObject({ object }: { object: NonNullable<ValueView["object"]> }) {
  const { t } = useTranslation();
  return (
    <Facts
      facts={[
        [
          t("value.object"),
          <span key="o" className="cr-relation" translate="no">
            <KindBadge kind={object.kind} /> {object.name}
          </span>,
        ],
        [t("scope.namespace"), object.namespace && <Raw>{object.namespace}</Raw>],
        [t("detail.apiVersion"), <Raw key="v">{object.api_version}</Raw>],
        [t("detail.uid"), object.uid && <Raw>{object.uid}</Raw>],
      ]}
    />
  );
}
