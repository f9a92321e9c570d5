# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Computes anew, from the samples of a bench, what its sentences must say: arithmetic of its own, no
# code of spawnscope. Input: lines METHOD MIB PROBES KIND ROUNDS SAMPLE..., samples in the order
# taken. Output: a line per figure that must stand in the page and in Markdown.
#
# The interval: each round's median; less the least-squares line; of all averages of two of them
# (with themselves) those that are `outside` places from either end, by counting all signs; the
# deviations from the middle one times sqrt((n - 1) / (n - 2)); widened to hold the estimate.

function sort(v, n,    i, j, x) {
    for (i = 2; i <= n; i++) {
        x = v[i]
        for (j = i - 1; j >= 1 && v[j] > x; j--) v[j + 1] = v[j]
        v[j + 1] = x
    }
}

function median(v, n) {
    sort(v, n)
    return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

# How many averages are outside: sums of ranks below it have 2.5 % at most, over all 2^n signs.
function outside(n,    signs, i, sum, count, k, below) {
    for (signs = 0; signs < 2 ^ n; signs++) {
        sum = 0
        for (i = 1; i <= n; i++)
            if (int(signs / 2 ^ (i - 1)) % 2) sum += i
        count[sum]++
    }
    for (k = 0; ; k++) {
        below += count[k]
        if (below / 2 ^ n > 0.025) return k
    }
}

# Sets LOW and HIGH: of y[1..n] and the estimate from all samples.
function interval(y, n, estimate,    i, j, mean, slope, x, xx, w, pairs, middle, k) {
    mean = (n + 1) / 2
    for (i = 1; i <= n; i++) {
        slope += (i - mean) * y[i]
        xx += (i - mean) ^ 2
    }
    for (i = 1; i <= n; i++) x[i] = y[i] - slope / xx * (i - mean)
    for (i = 1; i <= n; i++)
        for (j = i; j <= n; j++) w[++pairs] = (x[i] + x[j]) / 2
    middle = median(w, pairs)
    k = outside(n)
    LOW = middle + (w[k] - middle) * sqrt((n - 1) / (n - 2))
    HIGH = middle + (w[pairs + 1 - k] - middle) * sqrt((n - 1) / (n - 2))
    if (LOW > estimate) LOW = estimate
    if (HIGH < estimate) HIGH = estimate
}

function log_interval(y, n, estimate,    i, logs) {
    for (i = 1; i <= n; i++) logs[i] = log(y[i])
    interval(logs, n, log(estimate))
    LOW = exp(LOW)
    HIGH = exp(HIGH)
}

function floor(x) { return int(x) - (x < int(x)) }

# "9.2 UNIT (8.9 to 9.6)" of estimate, LOW and HIGH.
function figure(estimate, unit, sign,    half, place, d, most, step, f) {
    half = (HIGH - LOW) / 2
    most = 3 - floor(log(estimate < 0 ? -estimate : estimate) / log(10) + 1e-12)
    place = floor(log(half) / log(10) + 1e-12)
    d = (half / 10 ^ place < 3.55) - place
    if (d > most) d = most
    step = d < 0 ? 10 ^ -d : 1
    f = "%" (sign ? "+" : "") "." (d < 0 ? 0 : d) "f"
    if (step == 1) return sprintf(f "%s (" f " to " f ")", estimate, unit, LOW, HIGH)
    return sprintf(f "%s (" f " to " f ")", int(estimate / step + 0.5) * step, unit,
                   int(LOW / step + 0.5) * step, int(HIGH / step + 0.5) * step)
}

function time_figure(ns,    i, units) {
    split(" ns: µs: ms: s", units, ":")
    for (i = 1; i < 4 && ns >= 999.5; i++) {
        ns /= 1000
        LOW /= 1000
        HIGH /= 1000
    }
    return figure(ns, units[i])
}

{
    key = $1 SUBSEP $2 SUBSEP $3 SUBSEP $4
    R = $5
    n = NF - 5
    for (i = 1; i <= n; i++) v[i] = $(5 + i)
    at = 5
    for (r = 1; r <= R; r++) {
        share = int(n / R) + (r <= n % R)
        for (i = 1; i <= share; i++) part[i] = $(at + i)
        at += share
        block[key, r] = median(part, share)
    }
    all[key] = median(v, n)
    if (!($1 in known)) methods[++M] = $1
    known[$1]
    if (!($2 in size)) sizes[++S] = $2 + 0
    size[$2]
}

function of(method, mib, kind, r,    key) {
    key = method SUBSEP mib SUBSEP "TRACE" SUBSEP kind
    sub("TRACE", trace, key)
    return r ? block[key, r] : all[key]
}

function has(method, mib, kind) { return (method SUBSEP mib SUBSEP trace SUBSEP kind) in all }

function slope(method, kind, r,    i, n, x, y, xx, xy) {
    for (i = 1; i <= S; i++) {
        n++
        x += sizes[i]
        y += of(method, sizes[i], kind, r)
        xx += sizes[i] ^ 2
        xy += sizes[i] * of(method, sizes[i], kind, r)
    }
    return (n * xy - x * y) / (n * xx - x * x)
}

function starts(    m, i, r, y, best) {
    for (i = 1; i <= S; i++)
        for (m = 1; m <= M; m++) {
            if (!has(methods[m], sizes[i], "exec_ns")) continue
            for (r = 1; r <= R; r++) y[r] = of(methods[m], sizes[i], "exec_ns", r)
            log_interval(y, R, of(methods[m], sizes[i], "exec_ns"))
            print "| " sizes[i] " MiB | " methods[m] " | @| " time_figure(of(methods[m], sizes[i], "exec_ns")) " |"
            log_interval(y, R, of(methods[m], sizes[i], "exec_ns"))
            if (i == 1 || i == S) print methods[m] " " time_figure(of(methods[m], sizes[i], "exec_ns"))
            if (i == 1 && (!best || of(methods[m], sizes[1], "exec_ns") < of(best, sizes[1], "exec_ns"))) best = methods[m]
        }
}

function ratios(    i, r, y, ratio) {
    for (i = 1; i <= S; i += S - 1) {
        ratio = of("fork-exec", sizes[i], "exec_ns") / of("posix_spawn", sizes[i], "exec_ns")
        for (r = 1; r <= R; r++) y[r] = of("fork-exec", sizes[i], "exec_ns", r) / of("posix_spawn", sizes[i], "exec_ns", r)
        log_interval(y, R, ratio)
        print (i == 1 ? "From 1 MiB its program runs after " : "from " sizes[i] " MiB ") figure(ratio, "") " times"
        if (i == S) break
    }
}

function slopes(kind, what,    r, y) {
    for (r = 1; r <= R; r++) y[r] = slope("fork", kind, r)
    interval(y, R, slope("fork", kind))
    if (LOW <= 0) print what " within noise"
    else print what " " time_figure(slope("fork", kind))
}

# The excess of fork-exec over posix_spawn at a share of the way from one size to the next.
function excess(i, t, r) {
    return (1 - t) * log(of("fork-exec", sizes[i], "exec_ns", r) / of("posix_spawn", sizes[i], "exec_ns", r)) + \
        t * log(of("fork-exec", sizes[i + 1], "exec_ns", r) / of("posix_spawn", sizes[i + 1], "exec_ns", r))
}

function crossing(i,    t, r, y, first, last, a, b, at) {
    first = 2
    for (t = 0; t <= 1; t += 1 / 4096) {
        for (r = 1; r <= R; r++) y[r] = excess(i, t, r)
        interval(y, R, excess(i, t))
        if (LOW > 0 || HIGH < 0) continue
        if (t < first) first = t
        last = t
    }
    a = excess(i, 0)
    b = excess(i, 1)
    at = sizes[i] * (sizes[i + 1] / sizes[i]) ^ (a / (a - b))
    LOW = sizes[i] * (sizes[i + 1] / sizes[i]) ^ first
    HIGH = sizes[i] * (sizes[i + 1] / sizes[i]) ^ last
    print "beyond about " figure(at, "") " MiB"
}

function tracing(    m, i, r, y, sum, logs, cells, k) {
    for (m = 1; m <= M; m++)
        for (i = 1; i <= S; i++) {
            k = methods[m] SUBSEP sizes[i] SUBSEP
            logs += log(all[k "phases" SUBSEP "spawn_ns"] / all[k "none" SUBSEP "spawn_ns"])
            for (r = 1; r <= R; r++)
                sum[r] += log(block[k "phases" SUBSEP "spawn_ns", r] / block[k "none" SUBSEP "spawn_ns", r])
            cells++
        }
    for (r = 1; r <= R; r++) y[r] = sum[r] / cells
    interval(y, R, logs / cells)
    LOW = 100 * (exp(LOW) - 1)
    HIGH = 100 * (exp(HIGH) - 1)
    print figure(100 * (exp(logs / cells) - 1), " %", 1) " on average"
}

END {
    sort(sizes, S)
    starts()
    ratios()
    slopes("spawn_ns", "fork: call")
    slopes("total_ns", "until reaped")
    if (cross) crossing(cross)
    if (trace == "phases") tracing()
}
