"""Schedule expressions of Amazon EventBridge: their syntax in Scheduler and in rules, and their start times.

`expressions.read_expression` returns an expression, or all its faults with a fix for each. `starts.list_start_times`
iterates the start times in a time zone, beginning at an instant that the caller passes.

The two services support almost the same expressions. The known facts, with their evidence:

| fact | evidence |
|---|---|
| cron has six fields, with the ranges and wildcards of `fields.py` | documented, both |
| one of day-of-month and day-of-week is ?, the other is not | documented, both; measured, Scheduler |
| L in day-of-week is the last day of the week; `6L` is the month's last Friday | documented, both |
| # is not part of a list | documented, both |
| a range can continue over the end: `20-2` in hours | documented by an example, rules |
| a number out of range, except in year, is rejected | measured, both |
| a year after 2199 | documented as out of range; rules accept it: measured |
| a cron that never starts is rejected | measured, Scheduler ("will never schedule") |
| five fields with ?, at() without seconds, keywords in upper case, `rate(1minute)` are accepted | measured, Scheduler |
| `rate(1 hours)`, `rate(5 hour)` are rejected | documented and measured, rules; Scheduler accepts them: measured |
| rate(0 …), and seconds, weeks, months, years as a unit, are rejected | measured, both |
| at() in UTC with Z, with fractions, or with a date alone is rejected | measured, Scheduler |
| at() in the past is accepted | measured, Scheduler |
| rules have no at() and run in UTC | documented |
| `LW`, `L-3`, a W or L only alone, names in lower case, / in day-of-week | assumed, after Quartz |
| a start in the gap of daylight saving time is skipped; in an overlap it runs once | documented, Scheduler |
| in an overlap, the first of the two times starts | assumed |
| a rate counts from the creation of the schedule, and a day has 24 hours in it | documented, Scheduler |

Documented: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html. Measured: answers of AWS in
2025 and 2026 that https://github.com/localstack/localstack (tests/aws/services/scheduler, events) and
https://github.com/badmintoncryer/cdk-preflight (rules/scheduler, events) publish.

No library does all of this. aws-cron-expression-validator 1.1 stops at the first fault, accepts `*-5` and dates that do
not exist, and does not compute start times. aws-croniter 2.1 supports UTC only, fails for `LW`, finds no start for `L`
in day-of-week, and stops after ten steps without a match: it finds no 29 February after 2096. The tests compare this
package with both where they are correct. Time zones come from the standard library and tzdata.
"""
