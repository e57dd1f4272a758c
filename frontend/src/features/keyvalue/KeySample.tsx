/** Some keys among many, in a box of its own height. */
export function KeySample({ keys, label }: { keys: readonly string[]; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <div className="cr-key-sample" role="region" aria-label={label} tabIndex={0}>
      <ul className="cr-list" translate="no">
        {keys.map((key) => (
          <li key={key}>{key}</li>
        ))}
      </ul>
    </div>
  );
}
