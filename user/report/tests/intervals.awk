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
function figure(estimate, unit, sign,    half, size, place, d, most, step, f) {
    half = (HIGH - LOW) / 2
    size = estimate < 0 ? -estimate : estimate
    if (size < half) size = half
    most = 3 - floor(log(size) / log(10) + 1e-12)
    place = floor(log(half) / log(10) + 1e-12)
    d = (half / 10 ^ place < 3.55) - place
    if (LOW > 0 && estimate < half) d = 1 - floor(log(estimate) / log(10) + 1e-12)
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

function named(mib) { return mib < 1024 ? mib " MiB" : mib / 1024 " GiB" }

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

# What a method is judged by: when its program runs, or its call if it starts none.
function judged(method, mib) { return has(method, mib, "exec_ns") ? "exec_ns" : "spawn_ns" }

function timed(method, mib, kind,    r, y) {
    for (r = 1; r <= R; r++) y[r] = of(method, mib, kind, r)
    log_interval(y, R, of(method, mib, kind))
    return time_figure(of(method, mib, kind))
}

# A method in another's medians: sets LOW and HIGH, returns the ratio.
function against(method, other, mib,    kind, r, y, ratio) {
    kind = judged(method, mib)
    ratio = of(method, mib, kind) / of(other, mib, kind)
    for (r = 1; r <= R; r++) y[r] = of(method, mib, kind, r) / of(other, mib, kind, r)
    log_interval(y, R, ratio)
    return ratio
}

# The table: what each row is judged by, its total, and its ratio to the reference of its kind.
function table(    m, i, base, row) {
    for (i = 1; i <= S; i++)
        for (m = 1; m <= M; m++) {
            row = "| " named(sizes[i]) " | " methods[m] " | @"
            print row "| " timed(methods[m], sizes[i], judged(methods[m], sizes[i])) " |"
            print row "| " timed(methods[m], sizes[i], "total_ns") " |"
            base = judged(methods[m], sizes[i]) == "exec_ns" ? "posix_spawn" : "fork"
            if (methods[m] != base)
                print row "| \xc3\x97" figure(against(methods[m], base, sizes[i]), "") " |"
        }
}

function starts(    m, i, now, soonest, latest, size_of_soonest, size_of_latest) {
    for (i = 1; i <= S; i++)
        for (m = 1; m <= M; m++) {
            if (!has(methods[m], sizes[i], "exec_ns")) continue
            if (i == 1 || i == S) print methods[m] " " timed(methods[m], sizes[i], "exec_ns")
            now = of(methods[m], sizes[i], "exec_ns")
            if (!soonest || now < of(soonest, size_of_soonest, "exec_ns")) {
                soonest = methods[m]
                size_of_soonest = sizes[i]
            }
            if (!latest || now > of(latest, size_of_latest, "exec_ns")) {
                latest = methods[m]
                size_of_latest = sizes[i]
            }
        }
    print timed(soonest, size_of_soonest, "exec_ns") " to " timed(latest, size_of_latest, "exec_ns") " after the call"
}

# The fastest of those that exec, or do not, from each parent, with those that may be as fast.
function winners(kind,    i, m, best, ties, same, text) {
    same = 1
    for (i = 1; i <= S; i++) {
        best[i] = ""
        for (m = 1; m <= M; m++)
            if (judged(methods[m], sizes[i]) == kind && (best[i] == "" || of(methods[m], sizes[i], kind) < of(best[i], sizes[i], kind)))
                best[i] = methods[m]
        same = same && best[i] == best[1]
        ties[i] = ""
        for (m = 1; m <= M; m++) {
            if (judged(methods[m], sizes[i]) != kind || methods[m] == best[i]) continue
            against(methods[m], best[i], sizes[i])
            if (LOW <= 1 && HIGH >= 1) ties[i] = ties[i] (ties[i] == "" ? ", within noise of " : " and ") methods[m]
        }
    }
    if (same) {
        print best[1] ", " timed(best[1], sizes[1], kind)
        print timed(best[1], sizes[1], kind) " from " named(sizes[1]) ties[1] "; " timed(best[S], sizes[S], kind) " from " named(sizes[S]) ties[S] " (median"
        return
    }
    for (i = 1; i <= S; i++)
        text = text (i == 1 ? "" : "; ") named(sizes[i]) ": " best[i] ", " timed(best[i], sizes[i], kind) ties[i]
    print text " (median"
}

function ratios(    i) {
    for (i = 1; i <= S; i += S - 1) {
        print (i == 1 ? "From 1 MiB its program runs after " : "from " named(sizes[i]) " ") figure(against("fork-exec", "posix_spawn", sizes[i]), "") " times"
        if (i == S) break
    }
}

function slopes(kind, what,    r, y) {
    for (r = 1; r <= R; r++) y[r] = slope("fork", kind, r)
    interval(y, R, slope("fork", kind))
    if (LOW <= 0) print what " within noise"
    else print what " " time_figure(slope("fork", kind))
}

# copy_mm over the pages that it copied.
function copy_slope(r,    i, n, x, y, xx, xy, pages) {
    for (i = 1; i <= S; i++) {
        pages = of("fork", sizes[i], "ptes_copied")
        n++
        x += pages
        y += of("fork", sizes[i], "copy_mm", r)
        xx += pages ^ 2
        xy += pages * of("fork", sizes[i], "copy_mm", r)
    }
    return (n * xy - x * y) / (n * xx - x * x)
}

function copies(    r, y) {
    for (r = 1; r <= R; r++) y[r] = copy_slope(r)
    interval(y, R, copy_slope())
    print "copy_mm " time_figure(copy_slope()) " per present PTE copied"
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

function change(ratio) {
    LOW = 100 * (LOW - 1)
    HIGH = 100 * (HIGH - 1)
    return figure(100 * (ratio - 1), " %", 1)
}

function tracing(    m, i, r, y, sum, logs, cells, k, ratio, least, most, of_least, of_most) {
    for (m = 1; m <= M; m++)
        for (i = 1; i <= S; i++) {
            k = methods[m] SUBSEP sizes[i] SUBSEP
            ratio = all[k "phases" SUBSEP "spawn_ns"] / all[k "none" SUBSEP "spawn_ns"]
            logs += log(ratio)
            for (r = 1; r <= R; r++) {
                y[r] = block[k "phases" SUBSEP "spawn_ns", r] / block[k "none" SUBSEP "spawn_ns", r]
                sum[r] += log(y[r])
            }
            log_interval(y, R, ratio)
            if (!least || ratio < least) {
                least = ratio
                of_least = change(ratio) " of " methods[m]
                log_interval(y, R, ratio)
            }
            if (!most || ratio > most) {
                most = ratio
                of_most = change(ratio) " of " methods[m]
            }
            cells++
        }
    for (r = 1; r <= R; r++) y[r] = sum[r] / cells
    interval(y, R, logs / cells)
    LOW = exp(LOW)
    HIGH = exp(HIGH)
    if (LOW <= 1 && HIGH >= 1)
        printf "within the noise of this run (\xc2\xb1 %.2g %%)\n", 100 * (HIGH - 1 > 1 - LOW ? HIGH - 1 : 1 - LOW)
    else
        print change(exp(logs / cells)) " on average"
    print "taken in turn: " of_least ", " of_most " (the average"
}

# "57 % (54 to 61)": of the phase in a time that contains it.
function part_of(method, mib, phase, kind,    r, y, part) {
    part = of(method, mib, phase) / of(method, mib, kind)
    for (r = 1; r <= R; r++) y[r] = of(method, mib, phase, r) / of(method, mib, kind, r)
    log_interval(y, R, part)
    return sprintf("%.0f %% (%.0f to %.0f)", 100 * part, 100 * LOW, 100 * (HIGH > 1 ? 1 : HIGH))
}

# The slowest start of a program, beside posix_spawn or the fastest from the same parent; its two phases.
function headline(    m, i, slow, at, fast, kind, text, first, second, words) {
    kind = "exec_ns"
    for (i = 1; i <= S; i++)
        for (m = 1; m <= M; m++)
            if (has(methods[m], sizes[i], kind) && (slow == "" || of(methods[m], sizes[i], kind) > of(slow, at, kind))) {
                slow = methods[m]
                at = sizes[i]
            }
    for (m = 1; m <= M; m++)
        if (methods[m] != slow && has(methods[m], at, kind) && fast != "posix_spawn" &&
            (fast == "" || methods[m] == "posix_spawn" || of(methods[m], at, kind) < of(fast, at, kind)))
            fast = methods[m]
    text = "Starting a program from a parent of " named(at) " takes " timed(slow, at, kind) " with " slow
    against(slow, fast, at)
    if (LOW <= 1 && HIGH >= 1) text = text "; " fast " is within noise of it."
    else text = text " and " timed(fast, at, kind) " with " fast ": " figure(against(slow, fast, at), "") " times as long."
    if (has(slow, at, "copy_mm")) {
        words["copy_mm"] = "the address-space copy, whole"
        words["exec_flush"] = "dropping the old image"
        first = of(slow, at, "copy_mm") > of(slow, at, "exec_flush") ? "copy_mm" : "exec_flush"
        second = first == "copy_mm" ? "exec_flush" : "copy_mm"
        text = text " " part_of(slow, at, first, kind) " of " slow " is " first " (" words[first] "), " part_of(slow, at, second, kind) " " second " (" words[second] ")."
    }
    print text
}

function longest_call(    m, i, method, at) {
    for (i = 1; i <= S; i++)
        for (m = 1; m <= M; m++)
            if (has(methods[m], sizes[i], "copy_mm") && (method == "" || of(methods[m], sizes[i], "spawn_ns") > of(method, at, "spawn_ns"))) {
                method = methods[m]
                at = sizes[i]
            }
    print "copy_mm, " part_of(method, at, "copy_mm", "spawn_ns") " of " method " from " named(at)
}

# Where the medians of a cell's rounds lie apart, of what it is judged by.
function noise(    m, i, r, y, middle, spread, cells, wide, widest, where) {
    for (i = 1; i <= S; i++)
        for (m = 1; m <= M; m++) {
            for (r = 1; r <= R; r++) y[r] = of(methods[m], sizes[i], judged(methods[m], sizes[i]), r)
            middle = median(y, R)
            spread = (y[R] - y[1]) / middle
            cells++
            wide += spread > 0.1
            if (spread > widest) {
                widest = spread
                where = methods[m] " from " named(sizes[i])
            }
        }
    if (wide * 2 >= cells)
        printf "The medians of blocks spread by more than 10 %% in %d of %d cells (%.0f %% in %s)\n", wide, cells, 100 * widest, where
}

# The method whose total grows most with what varies, and by how much for one more.
function axis_slope(    m, r, y, method) {
    for (m = 1; m <= M; m++)
        if (method == "" || slope(methods[m], "total_ns") > slope(method, "total_ns")) method = methods[m]
    for (r = 1; r <= R; r++) y[r] = slope(method, "total_ns", r)
    interval(y, R, slope(method, "total_ns"))
    print axis "|" time_figure(slope(method, "total_ns")) "|" method
}

END {
    sort(sizes, S)
    if (axis) {
        axis_slope()
        exit
    }
    table()
    noise()
    headline()
    if (trace == "phases") longest_call()
    starts()
    if (cross) {
        winners("exec_ns")
        winners("spawn_ns")
        copies()
        slopes("bill", "bill")
    }
    ratios()
    slopes("spawn_ns", "fork: call")
    slopes("total_ns", "until reaped")
    if (cross) crossing(cross)
    if (trace == "phases") tracing()
}
