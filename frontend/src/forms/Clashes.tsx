import { Radio } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useTranslation } from "react-i18next";
import { ClashText } from "./ClashText";
import type { Field, Texts } from "./field";
import { shownIn, thingsIn } from "./list";
import { useFieldName } from "./useFieldName";
import type { Clash, FormState } from "./useForm";
import { useOptionName } from "./useOptionName";
import { useOptions } from "./useOptions";

/** What somebody else changed, theirs beside yours, field by field, to choose from. */
export function Clashes({ id, form }: { id: string; form: FormState }) {
  const long = form.clashes.filter(({ field }) => field.input === "notes");
  const short = form.clashes.filter(({ field }) => field.input !== "notes");
  return (
    <>
      {short.length > 0 && <ShortClashes id={id} form={form} clashes={short} />}
      {long.map((clash) => (
        <ClashText
          key={clash.field.id}
          clash={clash}
          chosen={form.texts[clash.field.id] ?? ""}
          onChoose={(text) => form.set(clash.field.id, text)}
        />
      ))}
    </>
  );
}

interface ShortClashesProps {
  id: string;
  form: FormState;
  clashes: readonly Clash[];
}

function ShortClashes({ id, form, clashes }: ShortClashesProps) {
  const { t } = useTranslation();
  return (
    <Table variant="compact" aria-label={t("form.clash.table")} className="cr-clashes">
      <Thead>
        <Tr>
          <Th>{t("form.clash.field")}</Th>
          <Th>{t("form.clash.yours")}</Th>
          <Th>{t("form.clash.theirs")}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {clashes.map((clash) => (
          <ClashRow
            key={clash.field.id}
            form={id}
            clash={clash}
            texts={form.texts}
            onChoose={(text) => form.set(clash.field.id, text)}
          />
        ))}
      </Tbody>
    </Table>
  );
}

interface ClashRowProps {
  form: string;
  clash: Clash;
  texts: Texts;
  onChoose: (text: string) => void;
}

function ClashRow({ form, clash, texts, onChoose }: ClashRowProps) {
  const { t } = useTranslation();
  const { shown, words } = useShown(form, clash.field, texts);
  const { name, raw } = useFieldName(clash.field);
  const way = (which: "yours" | "theirs") => (
    <Td dataLabel={t(`form.clash.${which}`)}>
      <Radio
        id={`cr-clash-${clash.field.id}-${which}`}
        name={`cr-clash-${clash.field.id}`}
        label={
          <>
            <span className="pf-v6-screen-reader">{t(`form.clash.${which}`)}</span>{" "}
            <span translate={words ? "yes" : "no"}>{shown(clash[which])}</span>
          </>
        }
        isChecked={(texts[clash.field.id] ?? "") === clash[which]}
        onChange={() => onChoose(clash[which])}
      />
    </Td>
  );
  return (
    <Tr data-clash={clash.field.id}>
      <Td dataLabel={t("form.clash.field")} translate={raw ? "no" : "yes"}>
        {name}
      </Td>
      {way("yours")}
      {way("theirs")}
    </Tr>
  );
}

/** How a value of a field reads: as its input shows it, not as it is sent. */
function useShown(form: string, field: Field, texts: Texts) {
  const { t } = useTranslation();
  const nameOf = useOptionName();
  const options = useOptions(form, field, texts);
  const shown = (text: string): string => {
    if (field.input === "switch") return t(text === "true" ? "form.on" : "form.off");
    if (field.things) return thingsIn(text).map(inWords).join("\n") || "—";
    const option = options.find(({ value }) => value === text);
    return (option && nameOf(option)) || text || "—";
  };
  const inWords = (thing: Texts, place: number) => {
    const { fields = [], one } = field.things ?? {};
    const parts = shownIn(fields, thing).map((inner) => {
      const chosen = (thing[inner.id] ?? "").split("\n").map((value) => {
        const known = typeof inner.options === "function" ? [] : (inner.options ?? []);
        return nameOf(known.find((option) => option.value === value) ?? { value });
      });
      return `${inner.label ? t(inner.label) : inner.id} ${chosen.join(", ") || "—"}`;
    });
    return `${one ? t(one, { number: place + 1 }) : ""}: ${parts.join("; ")}`;
  };
  return { shown, words: field.input === "switch" || field.things !== undefined };
}
