import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { Card } from "@/ui/layout";
import type { Entry } from "./entries";
import styles from "./place-map.module.css";
import { type Frame, frameOf, type Place, ticks } from "./places";

interface MapProps {
  places: readonly Place[];
  titleOf: (entry: Entry) => string;
}

const SIDE = 100;
const NAMED = 3;
/** Nearer to the upper edge, a number stands below its line. */
const TOP = 4;

/** Where photos were taken, as dots on a grid of degrees: no map of anybody else's is called. */
export function PlaceMap({ places, titleOf }: MapProps) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(0);
  const frame = frameOf(places);
  const x = (longitude: number) => ((longitude - frame.west) / frame.width) * SIDE;
  const y = (latitude: number) => SIDE - ((latitude - frame.south) / frame.height) * SIDE;
  const place = places[chosen];
  return (
    <Card label={t("history.map")}>
      <div className={styles.map}>
        <svg viewBox={`0 0 ${SIDE} ${SIDE}`} className={styles.grid} aria-hidden>
          <Lines frame={frame} x={x} y={y} />
        </svg>
        {places.map((one, index) => (
          <button
            key={`${one.latitude} ${one.longitude}`}
            type="button"
            className={styles.dot}
            aria-pressed={index === chosen}
            aria-label={t("history.place_of", { where: where(one), count: one.entries.length })}
            style={{
              insetInlineStart: `${x(one.longitude)}%`,
              insetBlockStart: `${y(one.latitude)}%`,
              scale: 1 + Math.min(1, Math.log10(one.entries.length) / 2),
            }}
            onClick={() => setChosen(index)}
          />
        ))}
      </div>
      {place !== undefined && <Chosen place={place} titleOf={titleOf} />}
    </Card>
  );
}

function where(place: Place): string {
  const south = place.latitude < 0 ? "S" : "N";
  const west = place.longitude < 0 ? "W" : "E";
  return `${Math.abs(place.latitude).toFixed(1)}° ${south}, ${Math.abs(place.longitude).toFixed(1)}° ${west}`;
}

interface LinesProps {
  frame: Frame;
  x: (longitude: number) => number;
  y: (latitude: number) => number;
}

function Lines({ frame, x, y }: LinesProps) {
  const { number } = useFormats();
  return (
    <>
      {ticks(frame.west, frame.width).map((at) => (
        <g key={`x${at}`}>
          <line x1={x(at)} x2={x(at)} y1={0} y2={SIDE} />
          <text x={x(at) + 0.8} y={SIDE - 1}>
            {`${number(at)}°`}
          </text>
        </g>
      ))}
      {ticks(frame.south, frame.height).map((at) => (
        <g key={`y${at}`}>
          <line x1={0} x2={SIDE} y1={y(at)} y2={y(at)} />
          <text x={0.8} y={y(at) + (y(at) < TOP ? 3.2 : -0.8)}>
            {`${number(at)}°`}
          </text>
        </g>
      ))}
    </>
  );
}

function Chosen({ place, titleOf }: { place: Place; titleOf: (entry: Entry) => string }) {
  const { t } = useTranslation();
  const counts = new Map<string, number>();
  for (const entry of place.entries) counts.set(titleOf(entry), (counts.get(titleOf(entry)) ?? 0) + 1);
  const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, NAMED);
  return (
    <p className={styles.chosen} role="status">
      <strong>{t("history.place_of", { where: where(place), count: place.entries.length })}</strong>
      {most.map(([title, many]) => (
        <span key={title}>{`${title} (${many})`}</span>
      ))}
    </p>
  );
}
