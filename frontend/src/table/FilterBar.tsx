import {
  Button,
  TextInputGroup,
  TextInputGroupMain,
  TextInputGroupUtilities,
} from "@patternfly/react-core";
import FilterIcon from "@patternfly/react-icons/dist/esm/icons/filter-icon";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import TimesIcon from "@patternfly/react-icons/dist/esm/icons/times-icon";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CollectionInfo, ColumnInfo, ListAnswer } from "../api/generated/types.gen";
import type { Query } from "../live/query";
import { useNarrow } from "../shell/useNarrow";
import { AddFilter } from "./AddFilter";
import { ColumnManager } from "./ColumnManager";
import { facetColumns } from "./columns";
import { DownloadMenu } from "./DownloadMenu";
import { FacetMenu } from "./FacetMenu";
import { SavedViews } from "./SavedViews";
import { SortMenu } from "./SortMenu";
import type { TableSearch } from "./search";

const TYPING_PAUSE_MS = 200;

export interface FilterBarProps {
  info: CollectionInfo;
  search: TableSearch;
  query: Query;
  facets: ListAnswer["facets"];
  fixedColumns: ReadonlySet<string>;
  visible: readonly ColumnInfo[];
  extra?: ReactNode;
  /** Views can be kept: the table's state is the page's address. */
  views: boolean;
  onChange: (search: TableSearch, replace?: boolean) => void;
}

/** Free text, facets, any other filter; then what is done with the table as a whole. */
export function FilterBar(props: FilterBarProps) {
  const { info, search, query, facets, fixedColumns, visible, onChange } = props;
  const { t } = useTranslation();
  const narrow = useNarrow();
  const [open, setOpen] = useState(false);
  const filters = search.filter ?? [];
  const shown = !narrow || open;
  return (
    <div className="cr-toolbar" role="search" aria-label={t("filter.bar")}>
      <FreeText
        value={search.q ?? ""}
        onChange={(q) => onChange({ ...search, q }, true)}
        placeholder={t("filter.search")}
      />
      {narrow && (
        <Button
          variant="plain"
          size="sm"
          icon={<FilterIcon />}
          aria-label={t("filter.show")}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        />
      )}
      {shown &&
        facetColumns(visible, fixedColumns).map((column) => (
          <FacetMenu
            key={column.id}
            column={column}
            counts={facets[column.id] ?? []}
            filters={filters}
            onChange={(filter) => onChange({ ...search, filter })}
          />
        ))}
      {shown && (
        <AddFilter
          info={info}
          labels={search.labels ?? ""}
          onAdd={(filter) =>
            onChange({ ...search, filter: [...filters.filter((old) => old !== filter), filter] })
          }
          onLabels={(labels) => onChange({ ...search, labels })}
        />
      )}
      <span className="cr-toolbar-gap" />
      {narrow && (
        <SortMenu
          columns={visible}
          sort={search.sort}
          onSort={(sort) => {
            const { sort: _, ...rest } = search;
            onChange(sort === undefined ? rest : { ...rest, sort });
          }}
        />
      )}
      {props.extra}
      {props.views && <SavedViews collection={info.name} search={search} />}
      <DownloadMenu collection={info.name} query={query} visible={visible} />
      <ColumnManager
        info={info}
        visible={visible}
        onChange={(cols) => {
          const { cols: _, ...rest } = search;
          onChange(cols === undefined ? rest : { ...rest, cols }, true);
        }}
      />
    </div>
  );
}

/** Typing filters after a short pause; the field follows the URL when that changes. */
function FreeText({
  value,
  onChange,
  placeholder,
}: {
  value: string;
  onChange: (value: string) => void;
  placeholder: string;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  const sent = useRef(value);
  // The latest, not a reason to wait anew: on a busy table it is another one with every frame.
  const change = useRef(onChange);
  change.current = onChange;
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      change.current(text);
    }, TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <TextInputGroup className="cr-free-text">
      <TextInputGroupMain
        ref={field}
        icon={<SearchIcon />}
        aria-label={placeholder}
        placeholder={placeholder}
        value={text}
        onChange={(_, next) => setText(next)}
      />
      {text !== "" && (
        <TextInputGroupUtilities>
          <Button
            variant="plain"
            icon={<TimesIcon />}
            aria-label={t("filter.clearText")}
            onClick={() => {
              setText("");
              field.current?.focus();
            }}
          />
        </TextInputGroupUtilities>
      )}
    </TextInputGroup>
  );
}
