# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2016,SC2153,SC2154,SC2317 # jq's variables; what tool.bash sets
#
# Shared by tests of report and export: made-up runs with known results, and a
# browser that looks at pages.

# made_run [JQ]: a made-up run, changed by a filter on the array of its lines. Two methods from two
# parents, 121 samples from 1 % below to 1 % above the median in a fixed disorder; fork
# takes 100 us and 6.4 ms, posix_spawn 200 us.
made_run() {
    jq -nc '
        def mib($n): $n * 1048576;
        def around($median; $n): [range($n) | $median + (((. * 37) % $n) - ($n - 1) / 2) * $median / (50 * $n) | round];
        def phase($source; $ns; $n): {source: $source, ns: around($ns; $n)};
        def call($method; $size): if $method == "fork" then $size * 100000 else 200000 end;
        def cell($method; $size; $pages; $trace; $n):
            call($method; $size) as $call | ($method == "fork") as $copies |
            {type: "cell", key: {method: $method, rss_bytes: mib($size), pages: $pages, trace: $trace}, n: $n,
             samples: ({spawn_ns: around(if $trace == "none" then $call else $call * 1.02 end; $n),
                       total_ns: around($call * 2; $n)} + if $copies then {} else {exec_ns: around($call; $n)} end)}
            + if $trace == "none" then {} else {
                unattributed_ns: around($call / 100; $n),
                phases: ({clone_setup: phase("tracepoint:sys_enter_clone..mmap_lock"; 10000; $n), wake: phase("driver"; 5000; $n)}
                    + if $copies then {copy_mm: phase("tracepoint:mmap_lock"; $call - 20000; $n),
                                       vfork_wait: {absent: "no CLONE_VFORK: the parent is not held"}}
                      else {vfork_wait: phase("driver"; $call - 20000; $n)} end
                    + if $trace == "all" and $copies then {cow_child: phase("fentry:do_wp_page"; 4000; $n), cow_parent: phase("fentry:do_wp_page"; 3000; $n)} else {} end),
                counts: ({ptes_copied: [range($n) | if $copies then $size * 256 else 0 end]}
                    + if $trace == "all" and $copies then {cow_faults_child: [range($n) | 4], cow_copied_child: [range($n) | 3], cow_faults_parent: [range($n) | 2]} else {} end)
              } end;
        [{type: "run", schema: 1, tool: "spawnscope 0.1.0", command: ["spawnscope", "bench"], clock: "monotonic", seed: "7",
          environment: {kernel_release: "6.1.0-18-amd64", cpu_model: "Made-up CPU", memory_bytes: 4294967296, governor: null},
          phases: {clone_setup: {source: "tracepoint:sys_enter_clone..mmap_lock"}, copy_mm: {source: "tracepoint:mmap_lock"},
                   vfork_wait: {source: "driver"}, copy_files: {absent: "no probe <here>"}}},
         (("none", "phases") as $t | ("fork", "posix_spawn") as $m | (1, 64) as $s | cell($m; $s; "4k"; $t; 121)),
         (("fork", "posix_spawn") as $m | (1, 64) as $s | cell($m; $s; "4k"; "all"; 11)),
         {type: "end", births: 528, started: 528, started_untraced: 484, lost: 0, missed: 0}]
        | '"${1:-.}"' | .[]'
}

# made_profile [N [JQ]]: a profile as it might be, of so many births (400): make forks and execs,
# python3 spawns, redis-server forks a copy of 5 ms that does not exec, java makes threads, and of
# every 20th birth the call fails. The parents are children of a shell; each birth is 100 us after
# the one before.
made_profile() {
    jq -nc --argjson n "${1:-400}" '
        def who($i): ["make", "python3", "redis-server", "java"][$i % 4];
        def how($i): [{method: "fork", flags: 18874385}, {method: "spawn", flags: 16657}, {method: "fork", flags: 18874385}, {method: "thread", flags: 4001536}][$i % 4];
        def exec($i): [{result: 0, path: "/usr/bin/cc", argv: ["cc", "-c", "a b.c"]}, {result: 0, path: "/bin/true", argv: ["true"]}][$i % 4];
        def birth($i): ($i % 20 == 19) as $fails | (if $i % 4 == 2 then 5000000 else 200000 + $i % 7 * 1000 end) as $copy |
            {type: "birth", t_ns: (1000000000 + $i * 100000), method: how($i).method, flags: how($i).flags, result: (if $fails then -11 else 0 end),
             call_ns: ($copy + 50000),
             parent: {pid: (10 + $i % 4), tid: (10 + $i % 4), comm: who($i), exe: who($i), uid: 0, cgroup: 1, rss_bytes: 67108864, vmas: 40, threads: 1}}
            + (if $fails then {edges: {clone_enter: 0, clone_return: 9000}, phases: {}, counts: {}} else
              {child: {pid: (if $i % 4 == 3 then 13 else 1000 + $i end), tid: (1000 + $i)},
               edges: ({clone_enter: 0, newtask: ($copy + 30000), woken: ($copy + 40000), clone_return: ($copy + 50000), first_run: ($copy + 60000), exit_start: ($copy + 900000), exit_mm_end: ($copy + 950000), exit: ($copy + 960000), reaped: ($copy + 990000)}
                   + (if $i % 2 == 0 then {mm_start: 20000, mm_end: ($copy + 20000)} else {} end)
                   + (if exec($i) then {exec_enter: ($copy + 100000), exec_flush: ($copy + 200000), exec_load: ($copy + 230000), exec_done: ($copy + 400000)} else {} end)),
               phases: (if $i % 2 == 0 then {cow_child: 30000, cow_parent: 20000} else {} end),
               counts: ({parent_rss_anon: 50331648, parent_rss_file: 16777216, parent_rss_shmem: 0, parent_vmas: 40, parent_threads: 1, parent_fds: 5}
                   + if $i % 2 == 0 then {ptes_copied: 16384, cow_faults_child: 20, cow_faults_parent: 12, cow_copied_child: 18, cow_copied_parent: 10} else {} end)}
              + (if exec($i) then {exec: exec($i)} else {} end) end);
        [{type: "run", schema: 1, tool: "spawnscope 0.1.0", command: ["spawnscope", "profile", "-a", "-o", "run.jsonl"], clock: "monotonic", seed: "0",
          environment: {kernel_release: "6.1.0-18-amd64", cpu_model: "Made-up CPU"},
          phases: {clone_setup: {source: "fentry:kernel_clone..fentry:dup_mm"}, copy_mm: {source: "fentry:dup_mm"}, copy_files: {absent: "not asked for"}}},
         {type: "birth", t_ns: 999000000, method: "fork", flags: 18874385, result: 0, call_ns: 90000,
          parent: {pid: 5, tid: 5, comm: "bash", exe: "bash", uid: 0, cgroup: 1}, child: {pid: 10, tid: 10},
          edges: {clone_enter: 0, mm_start: 10000, mm_end: 60000, newtask: 70000, woken: 80000, clone_return: 90000}, phases: {}, counts: {},
          exec: {result: 0, path: "/usr/bin/make", argv: ["make", "-j4"]}},
         (range($n) | birth(.)),
         {type: "end", births: ($n + 1), started: null, started_untraced: null, lost: 0, missed: 0, duration_ns: ($n * 100000 + 100000000), births_lost: 0}]
        | '"${2:-.}"' | .[]'
}

# made_verdict [JQ]: a made-up verdict of the gate, changed by a filter.
made_verdict() {
    jq -n '{type: "gate", schema: 1, tool: "spawnscope 0.1.0", verdict: "regression", headline: "1 of 3 metrics is worse <b>",
        runs_a: 16, runs_b: 16, pairs: 16, clock: "monotonic", margin: 0.03, alpha_regression: 0.01, alpha_pass: 0.05,
        metrics: [
            {metric: "total", kind: "shown", unit: "ns", verdict: "none", cell: "fork at 1M", trace: "none", a: 204000, b: 204000, change: 0, low: -1, high: 0.02},
            {metric: "ptes_copied", kind: "exact", unit: "pages", verdict: "pass", cell: "fork at 1M", trace: "all", a: 256, b: 256, change: 0, pairs: 16},
            {metric: "spawn", kind: "statistical", unit: "ns", verdict: "regression", cell: "fork at 1M", trace: "none", a: 102000, b: 114240,
             change: 0.12, low: 0.09, high: 0.15, p_regression: 0.0001, pairs: 16, note: "a <note>"}],
        differences: [], notes: ["a note of <all>"]}
        | '"${1:-.}"
}

# As from the lab, on a kernel of this release whose copy_mm takes so many times as long.
kernel_run() { # RELEASE FACTOR
    made_run '.[0].clock = "icount" | .[0].environment.kernel_release = "'"$1"'"
        | map(if .phases.copy_mm.ns then .phases.copy_mm.ns |= map(. * '"$2"' | round) else . end)'
}

# The data block of a page, as JSON.
block() { # PAGE
    sed -n 's/.*<script type="application\/json" id="data">\(.*\)<\/script>.*/\1/p' "$1"
}

# The same as the scripts see it: with a row's names and size wherever a view refers to it.
block_with_rows() { # PAGE
    block "$1" | jq -c '.row as $names | .runs as $runs | .runs[].rows |= if type == "number" then $runs[.].rows else . end
        | .runs[].rows[] |= ([$names, .] | transpose | map({(.[0]): .[1]}) | add) | . as $page | .views |= walk(if type == "object" and has("row") then . + $page.runs[.row[0]].rows[.row[1]] else . end)'
}

# Whether all expressions are true of the page's data.
block_holds() { # PAGE EXPRESSION...
    local data expression
    data=$(block_with_rows "$1")
    shift
    [ "$(jq -r "$(all_true "$@")" <<<"$data")" != true ] || return 0
    for expression; do
        if [ "$(jq -r "$expression" <<<"$data")" != true ]; then
            echo "does not hold: $expression"
        fi
    done
    return 1
}

# The cells of the table that a caption names, a line a row.
rows_of() { # PAGE CAPTION
    sed -n "/<caption>$2/,/<\/table>/p" "$1" | sed -n '/^<tr[ >]/{s/<th[^>]*>//;s/<td[^>]*>/|/g;s/<[^>]*>//g;p}'
}

browser_modules() {
    bench/tests/npm user/report/tests/browser "$BUILD/browser"
}

# For start_early: one browser for all tests of the file, until it ends. BROWSER is its port.
share_browser() {
    [ -z "${NO_BROWSER:-}" ] || return 0
    local port=$ROOM/browser
    browser_modules
    node user/report/tests/browser/check.js "$BUILD/browser/node_modules" serve "$port" >"$port.log" 2>&1 3>&- &
    BROWSER_PROCESS=$!
    for _ in {1..600}; do
        [ ! -s "$port" ] || break
        kill -0 "$BROWSER_PROCESS" 2>/dev/null || break
        sleep 0.1
    done
    [ -s "$port" ] || { cat "$port.log"; return 1; }
    BROWSER=$(<"$port")
    export BROWSER BROWSER_PROCESS
}

end_late() {
    [ -z "${BROWSER_PROCESS:-}" ] || kill "$BROWSER_PROCESS"
}

# look CHECK PAGE [ARGUMENT...]: user/report/tests/browser/check.js says what it looks for. With
# NO_BROWSER nobody looks.
look() {
    [ -z "${NO_BROWSER:-}" ] || return 0
    local answer
    if [ -z "${BROWSER:-}" ]; then
        timeout 300 node user/report/tests/browser/check.js "$BUILD/browser/node_modules" "$@"
        return
    fi
    exec {socket}<>"/dev/tcp/127.0.0.1/$BROWSER"
    printf '%s\0' "$#" "$@" >&"$socket"
    answer=$(timeout 300 cat <&"$socket") || true
    exec {socket}>&-
    echo "$answer"
    [ "${answer##*$'\n'}" = 0 ]
}
