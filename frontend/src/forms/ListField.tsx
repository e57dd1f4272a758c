import { Button, HelperText, HelperTextItem } from "@patternfly/react-core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldError } from "../api/problem";
import { concerns, type Field, inputId, type Texts, type Things } from "./field";
import { ListThing, partId } from "./ListThing";
import { listText, moved, shownIn, textsIn, thingsIn } from "./list";
import { useDragged } from "./useDragged";
import { useFieldName } from "./useFieldName";

export interface ListFieldProps {
  form: string;
  field: Field;
  things: Things;
  texts: Texts;
  /** What the form itself says is wrong, everywhere in it. */
  faults: Texts;
  /** What the server says is wrong, everywhere in the form. */
  errors: readonly FieldError[];
  onText: (text: string) => void;
}

/** A list of things with fields of their own: added, taken away, put in order. */
export function ListField(props: ListFieldProps) {
  const { form, field, things: kind, texts, faults, onText } = props;
  const { t } = useTranslation();
  const { name, raw } = useFieldName(field);
  const things = thingsIn(texts[field.id] ?? "");
  const { errors, outdate } = useErrors(props.errors);
  const [news, setNews] = useState("");
  const focus = useFocusAfter();
  const at = (place: number, part: string) => partId(form, field.id, place, part);
  const change = (next: readonly Texts[]) => onText(listText(kind.fields, next));
  const word = (place: number) => t(kind.one, { number: place + 1 }) as string;
  const add = () => {
    const fresh = textsIn(kind.fields, {});
    const [first] = shownIn(kind.fields, fresh);
    focus(inputId(form, `${field.id}.${things.length}.${first?.id}`));
    change([...things, fresh]);
  };
  const remove = (place: number) => {
    outdate();
    const next = Math.min(place, things.length - 2);
    focus(next < 0 ? addId : at(next, "remove"));
    setNews(t("form.list.removed", { thing: word(place) }));
    change(things.filter((_, other) => other !== place));
  };
  const move = (from: number, to: number) => {
    outdate();
    const back = to === 0 ? "down" : to === things.length - 1 ? "up" : null;
    focus(at(to, back ?? (to < from ? "up" : "down")));
    setNews(t("form.list.moved", { thing: word(from), now: word(to) }));
    change(moved(things, from, to));
  };
  const dragged = useDragged(move);
  const id = inputId(form, field.id);
  const addId = `${id}-add`;
  const own = errors.filter(({ field: named }) => isOwn(named, field.id, kind.fields, things));
  const full = things.length >= kind.most;
  return (
    <fieldset id={id} className="cr-list" data-field={field.id} tabIndex={-1}>
      <legend className="pf-v6-c-form__label-text" translate={raw ? "no" : "yes"}>
        {name}
      </legend>
      <HelperText>
        {own.map(({ field: named, message }) => (
          <HelperTextItem key={named + message} variant="error" translate="no">
            {message}
          </HelperTextItem>
        ))}
        {field.help && <HelperTextItem>{t(field.help) as string}</HelperTextItem>}
      </HelperText>
      <ol className="cr-list-things">
        {things.map((thing, place) => (
          <ListThing
            // biome-ignore lint/suspicious/noArrayIndexKey: a thing has no name but its place
            key={place}
            form={form}
            path={`${field.id}.${place}`}
            name={word(place)}
            fields={shownIn(kind.fields, thing)}
            thing={thing}
            faults={faults}
            errors={errors}
            onText={(inner, text) =>
              change(
                things.map((one, other) => (other === place ? { ...one, [inner]: text } : one)),
              )
            }
            onRemove={() => remove(place)}
            {...(things.length > 1 ? { drag: dragged(place) } : {})}
            {...(place > 0 ? { onUp: () => move(place, place - 1) } : {})}
            {...(place < things.length - 1 ? { onDown: () => move(place, place + 1) } : {})}
          />
        ))}
      </ol>
      <Button id={addId} variant="secondary" size="sm" isDisabled={full} onClick={add}>
        {t(kind.add) as string}
      </Button>
      {full && (
        <HelperText>
          <HelperTextItem>{t("form.list.full", { count: kind.most })}</HelperTextItem>
        </HelperText>
      )}
      <p role="status" className="pf-v6-screen-reader">
        {news}
      </p>
    </fieldset>
  );
}

/** Whether what is said of `named` has its place at the list itself, and at none of its inputs. */
function isOwn(
  named: string,
  list: string,
  fields: readonly Field[],
  things: readonly Texts[],
): boolean {
  if (!concerns(named, list)) return false;
  return !things.some((thing, place) =>
    shownIn(fields, thing).some(({ id }) => concerns(named, `${list}.${place}.${id}`)),
  );
}

/** What the server said of a thing by its place: no longer true once places changed. */
function useErrors(errors: readonly FieldError[]) {
  const [outdated, setOutdated] = useState<readonly FieldError[]>([]);
  return {
    errors: errors.filter((error) => !outdated.includes(error)),
    outdate: () => setOutdated(errors),
  };
}

/** Moves the focus to an input that is there only after the list has changed. */
function useFocusAfter(): (id: string) => void {
  // Each wish is an object of its own, followed once: a move of equal things changes no text.
  const [next, setNext] = useState<{ id: string } | null>(null);
  useEffect(() => {
    if (next) document.getElementById(next.id)?.focus();
  }, [next]);
  return (id) => setNext({ id });
}
