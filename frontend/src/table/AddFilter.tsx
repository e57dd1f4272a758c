import { Button } from "@patternfly/react-core";
import FilterIcon from "@patternfly/react-icons/dist/esm/icons/filter-icon";
import { useTranslation } from "react-i18next";
import type { CollectionInfo } from "../api/generated/types.gen";
import { Popover } from "../overlay/Popover";
import { part, usePart } from "../overlay/part";

const form = part(async () => (await import("./FilterForm")).FilterForm);

export interface AddFilterProps {
  info: CollectionInfo;
  labels: string;
  onAdd: (filter: string) => void;
  onLabels: (selector: string) => void;
}

/** The way to a filter on any column. */
export function AddFilter(props: AddFilterProps) {
  const { t } = useTranslation();
  return (
    <Popover
      label={t("filter.add")}
      position="bottom-start"
      minWidth="22rem"
      body={(close) => <Form {...props} onDone={close} />}
    >
      {(trigger) => (
        <Button
          {...trigger}
          variant="link"
          size="sm"
          icon={<FilterIcon />}
          className="cr-add-filter"
        >
          {t("filter.add")}
        </Button>
      )}
    </Popover>
  );
}

function Form(props: AddFilterProps & { onDone: () => void }) {
  const { t } = useTranslation();
  const Fields = usePart(form, true);
  return Fields ? <Fields {...props} /> : <p>{t("state.loading")}</p>;
}
