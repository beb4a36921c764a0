// Numbers, times and plurals as each language writes them. Times use 24 hours and show their zone.
import { computed } from "@preact/signals";
import { type Language, spoken } from "../settings/preferences";

/** British English, for its date order and 24-hour times. */
const LOCALES: Record<Language, string> = { en: "en-GB", ru: "ru" };

export interface Forms {
  one: string;
  /** Russian: 2, 3, 4, 22... */
  few?: string;
  /** Russian: 0, 5 to 20, 25... */
  many?: string;
  other: string;
}

type Write = (value: number) => string;

function formats(locale: string) {
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const precise = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
  const percents = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const whole = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const plurals = new Intl.PluralRules(locale);
  const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  const zoned = new Intl.DateTimeFormat(locale, { ...clock, timeZoneName: "short" });
  const seconds24 = new Intl.DateTimeFormat(locale, clock);
  const day = { day: "numeric", month: "short", year: "numeric" } as const;
  const full = new Intl.DateTimeFormat(locale, { ...day, ...clock, timeZoneName: "short" });
  const longDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
  const mediumDay = new Intl.DateTimeFormat(locale, day);
  const shortDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
  const axis = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

  const unit = (unit: string) => {
    const format = new Intl.NumberFormat(locale, {
      style: "unit",
      unit,
      unitDisplay: "narrow",
      maximumSignificantDigits: 3,
    });
    return (value: number) => format.format(value);
  };
  const milliseconds = unit("millisecond");
  const microseconds = unit("microsecond");
  const seconds = unit("second");
  const minutes = unit("minute");
  const hours = unit("hour");
  const days = unit("day");
  /** Two units; the small one is omitted if it is zero. */
  const pair = (large: Write, count: number, small: Write, rest: number) =>
    [large(Math.floor(count)), Math.floor(rest) > 0 ? small(Math.floor(rest)) : ""].join(" ").trim();
  const bytes = ["byte", "kilobyte", "megabyte", "gigabyte"].map(unit);

  return {
    number: (value: number) => numbers.format(value),
    precise: (value: number | null | undefined) => (value == null ? "—" : precise.format(value)),
    percent: (ratio: number) => percents.format(ratio),
    /** A share that is not nothing: never 0%. */
    some: (ratio: number) => (ratio < 0.001 ? `< ${percents.format(0.001)}` : percents.format(ratio)),
    /** A probability in whole percent. What is not certain is never rounded to 0% or 100%. */
    chance: (probability: number, over: string, under: string) => {
      if (probability > 0.99) return `${over} ${whole.format(0.99)}`;
      if (probability < 0.01) return `${under} ${whole.format(0.01)}`;
      return whole.format(probability);
    },
    /** `12 blocks`: the number and the matching plural form. */
    count: (value: number, forms: Forms) => `${numbers.format(value)} ${pick(forms, plurals.select(value))}`,
    /** `14:03:07`, with its day if that is another than that of `now`, and its year if that is another. */
    moment: (time: number, now: number) => {
      const [then, today] = [new Date(time), new Date(now)];
      if (then.toDateString() === today.toDateString()) return seconds24.format(time);
      const written = then.getFullYear() === today.getFullYear() ? shortDay : mediumDay;
      return `${written.format(time)}, ${seconds24.format(time)}`;
    },
    /** `24 Nov 2026, 14:03:07 GMT+3` */
    time: (time: number) => full.format(time),
    /** `14:03` */
    axis: (time: number) => axis.format(time),
    /** `24 November 2026` */
    date: (time: number) => longDay.format(time),
    /** `24 Nov` */
    day: (time: number) => shortDay.format(time),
    /** `today`, `3 weeks ago`: in calendar days here. Both in milliseconds. */
    ago: (time: number, now: number) => {
      const midnight = (at: number) => new Date(at).setHours(0, 0, 0, 0);
      const days = Math.round((midnight(time) - midnight(now)) / 86_400_000);
      if (days > -14) return relative.format(days, "day");
      if (days > -60) return relative.format(Math.trunc(days / 7), "week");
      if (days > -730) return relative.format(Math.trunc(days / 30.44), "month");
      return relative.format(Math.trunc(days / 365.25), "year");
    },
    /** The short name of the zone, such as `GMT+3`. */
    zone: () => zoned.formatToParts(0).find((part) => part.type === "timeZoneName")?.value ?? "",
    /** A duration, given in seconds. */
    duration: (value: number | null | undefined) => {
      if (value == null) return "—";
      if (value === 0) return seconds(0);
      if (value < 0.001) return microseconds(value * 1e6);
      if (value < 1) return milliseconds(value * 1000);
      if (value < 120) return seconds(value);
      if (value < 3600) return pair(minutes, value / 60, seconds, value % 60);
      if (value < 172_800) return pair(hours, value / 3600, minutes, (value % 3600) / 60);
      return pair(days, value / 86_400, hours, (value % 86_400) / 3600);
    },
    bytes: (value: number) => {
      const step = Math.min(Math.floor(Math.log10(Math.max(value, 1)) / 3), bytes.length - 1);
      return (bytes[step] ?? String)(value / 1000 ** step);
    },
  };
}

function pick(forms: Forms, rule: Intl.LDMLPluralRule): string {
  if (rule === "one") return forms.one;
  if (rule === "few") return forms.few ?? forms.other;
  if (rule === "many") return forms.many ?? forms.other;
  return forms.other;
}

const made = computed(() => formats(LOCALES[spoken.value]));

/** The formats of the current language. */
export function format(): ReturnType<typeof formats> {
  return made.value;
}
