// A moment, in 24 hours. Where many stand together, the zone is said once: see `Zone`.
import { now } from "../clock";
import { words } from "../i18n";
import { format } from "../i18n/format";

/** `at`: RFC 3339, or milliseconds since the Unix epoch. `short`: without the zone, and without the day if it is today. */
export function Time({ at, short = false }: { at: string | number; short?: boolean }) {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return <span>{at}</span>;
  const formats = format();
  const whole = formats.time(moment.getTime());
  return (
    <time dateTime={moment.toISOString()} title={short ? whole : undefined}>
      {short ? formats.moment(moment.getTime(), Date.now()) : whole}
    </time>
  );
}

/** In which zone the times of a screen are. */
export function Zone() {
  return <span class="small muted">{words().common.zone(format().zone())}</span>;
}

/** A day without its hour. `at`: RFC 3339. */
export function Day({ at }: { at: string }) {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return <span>{at}</span>;
  return <time dateTime={moment.toISOString()}>{format().date(moment.getTime())}</time>;
}

/** A day, how long ago that was and its date. `at`: RFC 3339. */
export function DaysAgo({ at }: { at: string }) {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return <span>{at}</span>;
  const formats = format();
  return (
    <time dateTime={moment.toISOString()}>
      {formats.ago(moment.getTime(), now.value)} ({formats.date(moment.getTime())})
    </time>
  );
}
