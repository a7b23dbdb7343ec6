"""Expressions that take as much as they can, and which limit of a simulation ends each."""

from __future__ import annotations

FEW_STEPS = 5_000
"""What an expression of which only the steps are too many may take in a test: how many does not matter to it."""

STEPS = f"it takes more than {FEW_STEPS:,} steps, the limit of a simulation; check that its recursion ends"
SIZE = "it creates a value of about "
VALUES = "it creates a value that expands to more than 2,000,000 values, the limit of a simulation"
DEEP = "its recursion or nesting is too deep for a simulation; write a loop as a tail call, $map or $reduce"
MEMORY = "it takes more than 134,217,728 bytes of memory, the limit of a simulation"
CHOICES = "its regex keeps more than 500,000 choices open; use fewer repetitions"
PICTURE = "its picture or text has more than 1,000 characters"
WIDTH = "a width in its picture is larger than 1,000"
FINE = ""
"""The expression comes to a value: it only looks as if it took long."""

AS = '$pad("", 40, "a")'
LONG = '$pad("", 200000, "a")'
TWICE = "($f := function($n, $x) {{ $n = 0 ? $x : $f($n - 1, {}) }}; $f(60, {}))"

EXPRESSIONS = {
    # texts that grow
    '$pad("x", 1000000000)': SIZE,
    '$pad("x", -1000000000)': SIZE,
    '$pad("x", 1e300)': SIZE,
    '$pad("", 40000000, "ab")': SIZE,
    TWICE.format("$x & $x", '"x"'): SIZE,
    TWICE.format('$replace($x, "a", "aa")', '"a"'): STEPS,
    TWICE.format('$replace($x, /a/, "aa")', '"a"'): STEPS,
    TWICE.format('$replace($x, /a/, function($m) { "aa" })', '"a"'): STEPS,
    TWICE.format("$join([$x, $x])", '"x"'): VALUES,
    TWICE.format("$base64encode($x)", '"xxxxxxxxxxxxxxxxxxxxxxxx"'): SIZE,
    TWICE.format("$encodeUrlComponent($x & $x)", '"%"'): SIZE,
    TWICE.format("$string([$x, $x])", '"x"'): STEPS,
    TWICE.format("$uppercase($x & $x)", '"ß"'): SIZE,
    '$join($map([1..1000], function($i) { $pad("", 100000) }), "")': STEPS,
    '$map([1..1000], function($i) { $pad("", 1000000) & $i })': STEPS,
    '$join([1..1000000].$string($), ",")': STEPS,
    '($x := $pad("", 1000000); $join($map([1..100], function() { $x }), ","))': VALUES,
    # lists that grow
    "[1..10000000]": SIZE,
    "$sum([1..10000000])": SIZE,
    "$map([1..10000000], function($i) { $i })": SIZE,
    "$range(1, 1000000000, 1)": "$range returns at most 1,000,000 numbers",
    "$exists($range(10000000000000000, 10000000000000002, 0.1))": FINE,
    TWICE.format("$append($x, $x)", "[1]"): STEPS,
    TWICE.format("[$x, $x]", "[1]"): VALUES,
    "($x := [1..1000]; $count($x.$x.$x))": STEPS,
    "($x := [1..100000]; $count($x.$x))": STEPS,
    '$count($split($pad("", 10000000, "a,"), ","))': SIZE,
    '$count($split($pad("", 10000000, "a"), ""))': SIZE,
    "$count($zip([1..900000], [1..900000], [1..900000]))": SIZE,
    "$count($spread([1..200000].{'a': $}))": STEPS,
    "$distinct([1..100000].{'a': $})": STEPS,
    "$sort([1..1000000], function($l, $r) { $l < $r })": STEPS,
    "$shuffle([1..1000000].{'a': $})": STEPS,
    "[1..1000000][$ > 5]": STEPS,
    "[1..9000][[1..9000]]": STEPS,
    "[1..900][[0..9]][[0, 1]]": FINE,
    "[1..1000000]{$string($): $}": STEPS,
    "$reverse([1..100000]).($ in [1..100000])": STEPS,
    # values that share
    TWICE.format("{'a': $x, 'b': $x}", "1"): VALUES,
    TWICE.format("[[$x], [$x]]", "[1]"): VALUES,
    TWICE.format("{'a': $x, 'b': $x}", "1") + " = 1": VALUES,
    "$count(" + TWICE.format("{'a': $x, 'b': $x}", "1") + ".**)": VALUES,
    "(" + TWICE.replace("60", "19").format("{'a': $x, 'b': $x}", "1") + " ~> |$|{'c': 1}|)": VALUES,
    "($x := [1..1000]; $y := $map($x, function() { $x }); $z := $map($x, function() { $y }); 1)": VALUES,
    TWICE.format("$merge([$x, {$string($n): $x}])", "{}"): VALUES,
    # loops and recursion
    "($f := function() { $f() }; $f())": STEPS,
    "($f := function($n) { 1 + $f($n) }; $f(1))": DEEP,
    "($f := function($n) { $n < 2 ? 1 : $f($n - 1) + $f($n - 2) }; $f(40))": STEPS,
    "($y := function($f) { $f($f) }; $y($y))": STEPS,
    "($a := function($x) { $b($x) }; $b := function($x) { $a($x) }; $a(1))": STEPS,
    "$map([1..1000], function($x) { $map([1..1000], function($y) { $x * $y }) })": STEPS,
    "($m := function($n) { $map([1..10], function() { $m($n + 1) }) }; $m(1))": DEEP,
    "($f := function($n, $g) { $n = 0 ? $g(1) : $f($n - 1, $g ~> $g) }; $f(60, function($x) { $x + 1 }))": STEPS,
    "($__evaluate_entry := 1; ($f := function() { $f() }; $f()))": STEPS,
    # regexes
    f"$match({AS}, /(a+)+b/)": STEPS,
    f"$match({AS}, /(a|a)*b/)": STEPS,
    f"$match({AS}, /(a|aa)+$b/)": STEPS,
    f"$contains({AS}, /(.*)*x/)": STEPS,
    f"$contains({AS}, /^(([a-z])+.)+[A-Z]([a-z])+$/)": STEPS,
    f'$replace({AS}, /(?=(a+)+b)/, "x")': STEPS,
    f"$split({AS}, /(a?){{40}}a{{40}}b/)": STEPS,
    f"$contains({LONG}, /a+=/)": STEPS,
    f"$contains({LONG}, /a*a*a*b/)": STEPS,
    f'$replace({LONG}, /(.)*?(.)*?b/, "")': STEPS,
    '$contains("a", /((((a{1,100}){1,100}){1,100}){1,100})b/)': "its regex has more than 20,000 parts",
    # numbers, pictures and times
    '$formatNumber(1, $pad("", 100000, "0"))': PICTURE,
    '$formatNumber(1, $pad("", 1000, "0"))': FINE,
    '$formatInteger(1000000000, "I")': DEEP,
    '$formatInteger(1e300, "I")': SIZE,
    '$formatInteger(1e300, "w")': FINE,
    '$fromMillis(1, "[Y,999999999-999999999]")': WIDTH,
    '$fromMillis(1, $pad("", 100000, "[Y]"))': PICTURE,
    '$toMillis($pad("", 60, "1"), "[Y][Y][Y][Y][Y][Y][Y][Y][Y][Y]-")': STEPS,
    '$parseInteger($pad("", 100000, "a"), "a")': PICTURE,
    "$power(10, 100000)": "D3061: The power function has resulted in a value",
    "$round(1.5, 1000000000)": "[<class 'decimal.InvalidOperation'>]",
    '$number("0x" & $pad("", 1000000, "f")) + 1': "int too large to convert to float",
    "$formatBase(1e308, 2)": "[<class 'decimal.InvalidOperation'>]",
    # what is parsed
    '$parse($pad("", 10000000, "["))': SIZE,
    '$parse($pad("", 200000, "["))': DEEP,
    "(" * 500 + "1" + ")" * 500: "more than 400 brackets are nested; split the expression",
    "1" + "+1" * 5_000: DEEP,
    '"' + "x" * 300_000 + '"': "it has more than 262,144 characters; shorten it",
}
