import { Button } from "@patternfly/react-core";
import GripVerticalIcon from "@patternfly/react-icons/dist/esm/icons/grip-vertical-icon";
import LongArrowAltDownIcon from "@patternfly/react-icons/dist/esm/icons/long-arrow-alt-down-icon";
import LongArrowAltUpIcon from "@patternfly/react-icons/dist/esm/icons/long-arrow-alt-up-icon";
import TimesIcon from "@patternfly/react-icons/dist/esm/icons/times-icon";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { FieldError } from "../api/problem";
import { FormField } from "./FormField";
import { concerns, type Field, inputId, type Texts } from "./field";
import type { Dragging } from "./useDragged";

/** The id of a button of a thing in a list. */
export const partId = (form: string, list: string, place: number, part: string) =>
  `${inputId(form, `${list}.${place}`)}-${part}`;

export interface ListThingProps {
  form: string;
  /** The name the API has for it: the list's, and its place there. */
  path: string;
  name: string;
  fields: readonly Field[];
  thing: Texts;
  faults: Texts;
  errors: readonly FieldError[];
  onText: (inner: string, text: string) => void;
  onRemove: () => void;
  /** Absent for the only one. */
  drag?: Dragging;
  /** Absent for the first. */
  onUp?: () => void;
  /** Absent for the last. */
  onDown?: () => void;
}

/** One thing of a list: its fields, and what can be done with it as a whole. */
export function ListThing(props: ListThingProps) {
  const { form, path, name, fields, thing, faults, errors, drag, onText } = props;
  const { t } = useTranslation();
  const id = inputId(form, path);
  const button = (part: "up" | "down" | "remove", icon: ReactNode, act?: () => void) => (
    <Button
      id={`${id}-${part}`}
      variant="plain"
      size="sm"
      icon={icon}
      aria-label={t(`form.list.${part}`, { thing: name })}
      isDisabled={act === undefined}
      onClick={act}
    />
  );
  return (
    <li className="cr-list-thing" data-over={drag?.over} {...drag?.place}>
      <fieldset id={id} data-thing={path} tabIndex={-1}>
        <legend className="pf-v6-screen-reader">{name}</legend>
        <div className={drag ? "cr-list-head cr-list-handle" : "cr-list-head"} {...drag?.handle}>
          <span aria-hidden="true">
            {drag && <GripVerticalIcon />} {name}
          </span>
          {button("up", <LongArrowAltUpIcon />, props.onUp)}
          {button("down", <LongArrowAltDownIcon />, props.onDown)}
          {button("remove", <TimesIcon />, props.onRemove)}
        </div>
        <div className="cr-list-fields">
          {fields.map((field) => {
            const own = `${path}.${field.id}`;
            return (
              <FormField
                key={own}
                form={form}
                field={{ ...field, id: own }}
                texts={{ [own]: thing[field.id] ?? "" }}
                fault={faults[own]}
                error={errors.find((found) => concerns(found.field, own))}
                onText={(text) => onText(field.id, text ?? "")}
              />
            );
          })}
        </div>
      </fieldset>
    </li>
  );
}
