"""Schedule expressions of Amazon EventBridge: what EventBridge Scheduler and EventBridge rules take, and when.

`expressions.read_expression` returns an expression, or all its faults with a fix for each. `starts.start_times`
iterates the start times in a time zone from an instant that the caller passes in.

Two services take almost the same expressions. What is known of them, with its evidence:

| fact | evidence |
|---|---|
| cron has six fields, with the ranges and wildcards of `fields.py` | documented, both |
| one of day-of-month and day-of-week is ?, the other is not | documented, both; measured, Scheduler |
| L in day-of-week is the last day of the week; `6L` is the month's last Friday; # stands alone | documented, both |
| a range may run over the end: `20-2` in hours | documented by an example, rules |
| a number out of range, except in year, is refused | measured, both |
| a year after 2199 | documented as out of range; rules take it: measured |
| a cron that never starts is refused | measured, Scheduler ("will never schedule") |
| five fields with ?, at() without seconds, keywords in upper case, `rate(1minute)` are taken | measured, Scheduler |
| `rate(1 hours)` and `rate(5 hour)` are refused | documented and measured, rules; Scheduler takes them: measured |
| rate(0 …), and seconds, weeks, months, years as a unit, are refused | measured, both |
| at() in UTC with Z, with fractions, or with a date alone is refused; at() in the past is taken | measured, Scheduler |
| rules have no at() and run in UTC | documented |
| `LW`, `L-3`, a W or L only alone, names in lower case, / in day-of-week | assumed, after Quartz |
| a start that a daylight saving gap leaves out is skipped; in an overlap it runs once | documented, Scheduler |
| that one run is the first of the two | assumed |
| a rate counts from the creation of the schedule, and a day has 24 hours in it | documented, Scheduler |

Documented: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html. Measured: answers of AWS in
2025 and 2026 that https://github.com/localstack/localstack (tests/aws/services/scheduler, events) and
https://github.com/badmintoncryer/cdk-preflight (rules/scheduler, events) publish.

No library does this. aws-cron-expression-validator 1.1 stops at the first fault, takes `*-5` and dates that do not
exist, and knows no start times. aws-croniter 2.1 works in UTC only, fails at `LW`, finds no start for `L` in
day-of-week, and gives up after ten steps without a match: it finds no 29 February after 2096. The tests compare both
with this package where they are right. Time zones come from the standard library and tzdata.
"""
