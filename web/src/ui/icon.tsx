/** Drawn on a grid of 24, as strokes in the colour of the text. */
const PATHS = {
  leaf: "M5 19c0-9 5-14 15-14 0 10-5 15-13 14M5 21c1-5 4-8 9-10",
  camera: "M4 8h3l2-3h6l2 3h3v11H4zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3 2",
  stack: "M12 3 3 8l9 5 9-5zM3 12l9 5 9-5M3 16l9 5 9-5",
  plot: "M4 20V9M4 20h16M9 20v-7M14 20V6M19 20v-9",
  map: "M9 4 3 7v13l6-3 6 3 6-3V4l-6 3zM9 4v13M15 7v13",
  cube: "M12 3 4 7v10l8 4 8-4V7zM4 7l8 4 8-4M12 11v10",
  people:
    "M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M3 20c0-4 3-6 6-6s6 2 6 6M16 5a3.5 3.5 0 0 1 0 7M17 14c2.5.5 4 2.5 4 6",
  gear: "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M5.6 18.4l2.1-2.1M16.3 7.7l2.1-2.1",
  help: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.4-1 .9-1 1.7M12 16.5v.5",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  check: "M5 12.5 10 17l9-10",
  cross: "M6 6l12 12M18 6 6 18",
  question: "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.200-1.5 2.4M12 17.5v.5",
  down: "M6 9l6 6 6-6",
  left: "M15 6l-6 6 6 6",
  right: "M9 6l6 6-6 6",
  plus: "M12 5v14M5 12h14",
  trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
  share: "M12 15V4M8 7l4-4 4 4M5 12v8h14v-8",
  download: "M12 4v11M8 12l4 4 4-4M5 20h14",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h.01",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5",
  warning: "M12 4 2.5 20h19zM12 10v5M12 17.5v.5",
  offline: "M3 3l18 18M5 12a11 11 0 0 1 4-2.6M14.5 9.3A11 11 0 0 1 19 12M8.5 15.5a5 5 0 0 1 7 0M12 19h.01",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  minus: "M5 12h14",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  paste: "M9 4h6v3H9zM9 5H6v15h12V5h-3M9 12h6M9 16h6",
  star: "M12 4l2.5 5.2 5.700.8-4.100 4 1 5.700L12 17l-5.100 2.700 1-5.700-4.100-4 5.700-.8z",
  send: "M4 12 20 4l-5 16-3.500-6.500z",
  refresh: "M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6",
  undo: "M8 5 4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3",
} as const;

export type IconName = keyof typeof PATHS;

interface IconProps {
  name: IconName;
  /** What it means where no text beside it says so; without it the icon is decoration. */
  label?: string;
}

export function Icon({ name, label }: IconProps) {
  return (
    <svg
      aria-hidden={label === undefined}
      width="1.4em"
      height="1.4em"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      style={{ flex: "none" }}
    >
      <title>{label}</title>
      <path d={PATHS[name]} />
    </svg>
  );
}
