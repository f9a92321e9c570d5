# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The values of R that user/gate/compare/paired.c must match. Made gate_r.h with R 4.2.2:
#   Rscript user/gate/compare/tests/gate_r.R | clang-format >user/gate/compare/tests/gate_r.h
# Only base R. Where wilcox.test switches to an approximation (ties), it enumerates all signs.

shortest <- function(x) ifelse(as.numeric(sprintf("%.15g", x)) == x, sprintf("%.15g", x), sprintf("%.17g", x))
numbers <- function(x) paste(ifelse(is.na(x), "NAN", ifelse(is.infinite(x),
    ifelse(x > 0, "INFINITY", "-INFINITY"), shortest(x))), collapse = ", ")

# P(W+ >= the observed one) over all 2^n signs of the ranks, without zeros.
by_all_signs <- function(x) {
    x <- x[!is.na(x) & x != 0]
    if (length(x) == 0) return(1)
    ranks <- rank(abs(x))
    signs <- as.matrix(expand.grid(rep(list(0:1), length(x))))
    mean(signs %*% ranks >= sum(ranks[x > 0]) - 1e-9)
}
flips <- function(x) {
    x <- x[!is.na(x)]
    if (length(x) == 0) return(1)
    signs <- as.matrix(expand.grid(rep(list(c(-1, 1)), length(x))))
    mean(signs %*% x >= sum(x) - 1e-12)
}

set.seed(20261122)
draw <- function(n, mean, sd) round(rnorm(n, mean, sd), if (n > 50) 12 else 6)
data <- list(
    draw(7, 0.03, 0.02), draw(12, 0, 0.05), draw(16, 0.05, 0.03), draw(40, 0.01, 0.1),
    draw(39, 0.08, 0.05), draw(120, 0.002, 0.02), round(rcauchy(16, 0.03, 0.01), 6),
    0.25, c(-0.5, 0.75), rev(seq(-3, 6) + 0.125) / 100)
tied <- list(
    c(1, 1, 1, 1, 1, 1), c(2, 2, -1, 3, 3, 0, 0, 5), c(0, 0, 0), c(-1, 1, -1, 1, 2),
    c(0.5, 0.5, 0.25, -0.25, 0.75, 0.75, 1, 1, -0.5, 0.5), c(4, NA, 4, -2, NA, 6), c(-3, -3, -3))

cat("/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */\n",
    "/* Made by user/gate/compare/tests/gate_r.R; do not edit. */\n#include <math.h>\n#include <stddef.h>\n\n", sep = "")
cat("struct r_case { size_t n; double x[120]; double centre, greater, less, flip, alpha, estimate, low, high, spread; };\n\n")

interval <- function(x, alpha) {
    n <- length(x)
    walsh <- outer(x, x, "+") / 2
    walsh <- sort(walsh[!lower.tri(walsh)])
    k <- qsignrank(alpha / 2, n)              # as in wilcox.test: the first with P(W+ <= k) >= alpha/2
    if (k == 0) return(c(median(walsh), -Inf, Inf))
    test <- suppressWarnings(wilcox.test(x, conf.int = TRUE, conf.level = 1 - alpha, exact = TRUE))
    if (!anyDuplicated(abs(x))) stopifnot(all.equal(as.vector(test$conf.int), c(walsh[k], rev(walsh)[k])),
                                     all.equal(as.vector(test$estimate), median(walsh)))
    c(median(walsh), walsh[k], rev(walsh)[k])
}
spread <- function(x) { x <- x[!is.na(x)]; if (length(x) < 2) NaN else if (mad(x) > 0) mad(x) else sd(x) }

cat("static const struct r_case r_untied[] = {\n")
for (x in data) for (alpha in c(0.05, 0.01)) {
    centre <- if (alpha == 0.05) 0 else 0.02
    w <- function(side) wilcox.test(x, mu = centre, alternative = side, exact = TRUE)$p.value
    ci <- interval(x, alpha)
    cat("{", length(x), ", {", numbers(x), "},", numbers(c(centre, w("greater"), w("less"),
        if (length(x) <= 16) flips(x - centre) else NA, alpha, ci, spread(x))), "},\n")
}
cat("};\n\nstatic const struct r_case r_tied[] = {\n")
for (x in tied) for (centre in c(0, 0.25, 1)) {
    cat("{", length(x), ", {", numbers(x), "},", numbers(c(centre, by_all_signs(x - centre), by_all_signs(centre - x),
        flips(x - centre), NA, NA, NA, NA, spread(x))), "},\n")
}
cat("};\n\nstruct r_holm { size_t n; double p[8], alpha; int rejected[8]; };\n\n")
cat("static const struct r_holm r_holm[] = {\n")
for (p in list(c(0.01, 0.04, 0.03, 0.005), c(0.0001, 0.2, 0.003, 0.0026, 0.5), 0.01, c(0.02, 0.02, 0.02),
               c(0.0125, 0.0166, 0.025, 0.05), c(0.9, 0.001))) for (alpha in c(0.05, 0.01))
    cat("{", length(p), ", {", numbers(p), "},", alpha, ", {",
        paste(as.integer(p.adjust(p, "holm") <= alpha), collapse = ", "), "} },\n")
cat("};\n\nstatic const double r_normal[][2] = {\n")
for (p in c(1e-12, 1e-5, 0.001, 0.01, 0.05, 0.2, 0.42, 0.5, 0.575, 0.8, 0.95, 0.99, 0.9999))
    cat("{", numbers(c(p, qnorm(p))), "},\n")
cat("};\n\n/* spread, pairs, margin, alpha, smallest effect, and pairs that a half of it more needs */\n")
cat("static const double r_power[][6] = {\n")
for (s in c(0.01, 0.2)) for (n in c(10, 40)) for (a in c(0.01, 0.05)) {
    margin <- log(1.03)
    z <- qnorm(1 - a) + qnorm(0.8)
    e <- margin + z * s * sqrt(pi / 3 / n)
    cat("{", numbers(c(s, n, margin, a, e, max(ceiling(-log2(a)),
        ceiling((z * s / (1.5 * e - margin))^2 * pi / 3)))), "},\n")
}
cat("};\n")
