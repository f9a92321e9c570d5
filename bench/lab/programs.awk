# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# For `programs`: what each BPF program, and each function that it calls, executed in a call. The files are
# the sets with their samples, the kernel's symbols, and what the plugin wrote (plugin/tally.h).
#
# Compiled programs and trampolines lie above the kernel's text. A path of calls says what such code
# is: a traced function calls its trampoline, or on new kernels jumps to it, and that calls the programs, and
# the function itself behind its first instruction. A program of a tracepoint is called by bpf_trace_runN(), one
# of a kprobe or a perf event by trace_call_bpf().

# Addresses have 16 hexadecimal digits, which compare as text does.
function address(text) { return substr("0000000000000000" text, length(text) + 1) }
function is_jit(a) { return a >= "ffffffffa0000000" }
function in_kernel(a) { return a >= "ffffffff80000000" && !is_jit(a) }
function hex(text,   i, n) {
    for (i = 1; i <= length(text); i++) n = 16 * n + index("0123456789abcdef", substr(text, i, 1)) - 1
    return n
}
# Sets symbol and offset.
function look_up(a,   low, high, middle) {
    symbol = "?"
    offset = 0
    if (!in_kernel(a)) return
    low = 1
    high = symbols + 1
    while (low < high) {
        middle = int((low + high) / 2)
        if (at[middle] <= a) low = middle + 1
        else high = middle
    }
    if (low == 1) return
    symbol = name[low - 1]
    offset = hex(substr(a, 9)) - hex(substr(at[low - 1], 9))
}
# A trampoline calls the function behind its call or jump to the trampoline.
function is_original() { return offset >= 5 && offset <= 16 }
# The name of a program that a trampoline called in a call of this task. A page may have another trampoline later.
function program_name(n, t,   m, original) {
    for (m in originals)
        if (((t, m) in now_called) && parent[m] == parent[n] && substr(site[m], 1, 13) == substr(site[n], 1, 13))
            original = m
    if (original == "") {
        look_up(target[parent[n]])
        if (symbol == "?") return "entry:" of[parent[n]]
        return "entry:" symbol
    }
    look_up(target[original])
    return (site[n] > site[original] ? "return:" : "entry:") symbol
}
# Sets mode of a node: n, of the call itself; d, around a program, which is then of the point `of`; p, of a
# program; h, of the function `callee` that the program calls.
function classify(n,   p, jit) {
    if (n in mode) return
    p = parent[n]
    if (!p) {
        mode[n] = "n"
        return
    }
    classify(p)
    mode[n] = mode[p]
    of[n] = of[p]
    callee[n] = callee[p]
    if (kind[n] == "interrupt" || kind[n] == "task") mode[n] = "n"
    else if (mode[p] == "n") classify_call(n, p)
    else if (mode[p] == "d") classify_around(n, p)
    else if (mode[p] == "p" && !is_jit(target[n])) {
        look_up(target[n])
        mode[n] = "h"
        callee[n] = symbol
    }
}
function classify_call(n, p) {
    look_up(target[n])
    if (is_jit(site[n]) && kind[n] == "call") { # of a trampoline that was jumped to
        if (is_jit(target[n])) {
            mode[n] = "p"
            of[n] = "@" n
        } else if (is_original()) originals[n]
        else mode[n] = "d"
        return
    }
    if (is_jit(target[n])) {
        look_up(site[n])
        mode[n] = "d"
        of[n] = symbol
    } else if (symbol ~ /^(__traceiter_|__bpf_trace_|__mmap_lock_do_trace_|perf_trace_|bpf_trace_run|trace_call_bpf|kprobe_|perf_syscall_)/) {
        mode[n] = "d"
        of[n] = symbol
        sub(/^(__traceiter_|__bpf_trace_|perf_trace_)/, "", of[n])
    }
}
function classify_around(n, p) {
    look_up(target[n])
    if (is_jit(target[n])) {
        mode[n] = "p"
        if (is_jit(target[p])) of[n] = "@" n
    } else if (is_jit(target[p]) && is_original()) {
        mode[n] = "n"
        originals[n]
    } else if (symbol ~ /^__bpf_trace_/) of[n] = substr(symbol, 13)
}
function part_of(node, block) {
    classify(node)
    if (mode[node] == "n") return is_jit(start[block]) ? "around own" : "call all"
    if (mode[node] == "d") return "around own"
    return of[node] " " (mode[node] == "p" ? "own" : callee[node])
}
function forget(t,   key) {
    for (key in keys) delete now[t, key]
    for (key in originals) delete now_called[t, key]
    delete begun[t]
    delete cloned[t]
}
# A call lasts from one reading of the clock to the next of the same task, if that has made a process between.
function end_segment(   key, ids, t, label) {
    for (key in own) {
        split(key, ids, SUBSEP)
        segment[part_of(ids[1], ids[2])] += own[key]
        if (ids[1] in originals)
            for (t in begun) now_called[t, ids[1]]
    }
    for (key in segment) {
        keys[key]
        for (t in begun) now[t, key] += segment[key]
    }
    delete own
    delete segment
    if (why == "clone" && by in begun) cloned[by]
    if (why != "clock") return
    if (by in cloned) {
        took[++calls] = to - begun[by]
        for (key in keys) {
            if (!((by, key) in now)) continue
            label = key
            if (key ~ /^@/) {
                split(substr(key, 2), ids, " ")
                label = program_name(ids[1], by) " " ids[2]
            }
            of_call[calls, label] += now[by, key]
            labels[label]
        }
    }
    for (t in begun)
        if (t == by || !(t in cloned)) forget(t)
    begun[by] = to
}
function median(v, n,   i, k, value) {
    for (i = 2; i <= n; i++) {
        value = v[i]
        for (k = i - 1; k > 0 && v[k] > value; k--) v[k + 1] = v[k]
        v[k + 1] = value
    }
    return v[int((n + 1) / 2)]
}
# The clock rounds, and runs a few millionths fast.
function is_near(x, y) { return x - y <= 1 + y / 100000 && y - x <= 1 + y / 100000 }
# The first call, from this one on, of those that took as long as the samples of this set; 0: none.
function find_set(s, i,   k) {
    for (; i + size[s] - 1 <= calls; i++) {
        for (k = 0; k < size[s]; k++)
            if (!is_near(took[i + k], sample[s, k + 1])) break
        if (k == size[s]) return i
    }
    return 0
}
function print_set(s, first,   key, k, n, v) {
    for (key in labels) {
        n = 0
        for (k = 0; k < size[s]; k++) v[++n] = of_call[first + k, key] + 0
        k = median(v, n)
        if (k) print set[s], key, k
    }
}

FNR == 1 { file++ }
file == 1 {
    set[++sets] = $1
    size[sets] = NF - 1
    for (i = 2; i <= NF; i++) sample[sets, i - 1] = $i
    next
}
file == 2 {
    at[++symbols] = $1
    name[symbols] = $2
    next
}
$1 == "own" { own[$2, $3] += $5 }
$1 == "segment" {
    end_segment()
    by = $2
    to = $4
    why = $5
}
$1 == "block" { start[$2] = address($3) }
$1 == "node" {
    parent[$2] = $3
    site[$2] = address($4)
    target[$2] = address($5)
    kind[$2] = $6
}
END {
    end_segment()
    # The sets were taken in this order.
    after = 1
    for (s = 1; s <= sets; s++) {
        first = find_set(s, after)
        if (!first) {
            print "programs: the calls of the set " set[s] " are not in what the plugin wrote" >"/dev/stderr"
            exit 2
        }
        print_set(s, first)
        after = first + size[s]
    }
}
