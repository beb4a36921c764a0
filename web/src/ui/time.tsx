// A moment, in 24 hours and with its zone.
import { now } from "../clock";
import { format } from "../i18n/format";

/** `at`: RFC 3339, or milliseconds since the Unix epoch. */
export function Time({ at, short = false }: { at: string | number; short?: boolean }) {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return <span>{at}</span>;
  const formats = format();
  return (
    <time dateTime={moment.toISOString()}>
      {short ? formats.clock(moment.getTime()) : formats.time(moment.getTime())}
    </time>
  );
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
