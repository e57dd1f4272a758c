/** Craton's mark: a block of old rock seen from above, drawn for this product. */
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" className="cr-mark" aria-hidden="true" focusable="false">
      <path d="M16 6.6 24.4 11.4 16 16.2 7.6 11.4Z" className="cr-mark-top" />
      <path d="M7.6 14.6 14.7 18.7v6.3L7.6 20.9Z" className="cr-mark-left" />
      <path d="M24.4 14.6 17.3 18.7v6.3l7.1-4.1Z" className="cr-mark-right" />
      <path
        d="M16 2.8 27.6 9.5v13L16 29.2 4.4 22.5v-13Z"
        className="cr-mark-edge"
        fill="none"
        strokeWidth="1.6"
        strokeLinejoin="round"
      />
    </svg>
  );
}
