/** A leaf with a tick for its vein. */
export function Logo() {
  return (
    <svg aria-hidden width="2em" height="2em" viewBox="0 0 48 48" style={{ flex: "none" }}>
      <path d="M6 42C4 20 16 6 42 6c0 26-12 36-30 34z" fill="var(--leaf)" />
      <path
        d="M8 42c4-9 9-14 15-18l4 4 8-11"
        fill="none"
        stroke="var(--on-leaf)"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
