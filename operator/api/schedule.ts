import { rule } from "./cel-rules.ts";
import { Text } from "./field-types.ts";

/** Values of the five fields, as the parser behind CronJob bounds them (robfig/cron v3: no Sunday 7). */
const minute = "[0-5]?[0-9]";
const hour = "([01]?[0-9]|2[0-3])";
const dayOfMonth = "(0?[1-9]|[12][0-9]|3[01])";
const month = "(0?[1-9]|1[0-2]|(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))";
const dayOfWeek = "([0-6]|(?i:sun|mon|tue|wed|thu|fri|sat))";

const fields = [minute, hour, dayOfMonth, month, dayOfWeek].map((value) => {
  const item = `([*?]|${value}(-${value})?)(/[1-9][0-9]?)?`;
  return `${item}(,${item})*`;
});

const schedulePattern = `^(@(hourly|daily|midnight|weekly|monthly|yearly|annually)|${fields.join(" +")})$`;

/**
 * When something runs: five cron fields. Its time zone stands in a field of its own: CronJob refuses `TZ=` and
 * `CRON_TZ=` in the schedule. `@every` is refused too: it counts from the start of the controller, not from midnight.
 * https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
 */
export function Schedule(description: string, fallback?: string) {
  return Text(description, {
    maxLength: 100,
    pattern: schedulePattern,
    expected: "a cron schedule of five fields such as 15 2 * * *",
    ...(fallback === undefined ? {} : { default: fallback }),
  });
}

/**
 * A zone of the IANA database by its name. Whether the database has it only the reader of the schedule knows: then it
 * is a condition.
 */
export function TimeZone(description: string) {
  return Text(description, {
    maxLength: 64,
    pattern: "^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$",
    expected: "a time zone of the IANA database such as Europe/Paris or Etc/UTC",
    default: "Etc/UTC",
    rules: [
      rule(
        "self != 'Local'",
        "Local is no time zone: it would differ from node to node; name one such as Europe/Paris",
      ),
    ],
  });
}
