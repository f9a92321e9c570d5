# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The values of R that user/gate/compare/paired.c must match, one case a line: its kind, then its
# numbers. Made gate_r.txt with R 4.2.2:
#   Rscript user/gate/compare/tests/gate_r.R >user/gate/compare/tests/gate_r.txt
# Only base R. Where wilcox.test switches to an approximation (ties), it enumerates all signs.

shortest <- function(x) ifelse(as.numeric(sprintf("%.15g", x)) == x, sprintf("%.15g", x), sprintf("%.17g", x))
line <- function(kind, ...) {
    x <- c(...)
    cat(kind, ifelse(is.na(x), "nan", ifelse(is.infinite(x), ifelse(x > 0, "inf", "-inf"), shortest(x))))
    cat("\n")
}

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

# untied and tied: centre, p of greater and of less, p of all sign flips, alpha, estimate and its
# interval, spread; then the differences.
for (x in data) for (alpha in c(0.05, 0.01)) {
    centre <- if (alpha == 0.05) 0 else 0.02
    w <- function(side) wilcox.test(x, mu = centre, alternative = side, exact = TRUE)$p.value
    line("untied", centre, w("greater"), w("less"), if (length(x) <= 16) flips(x - centre) else NA,
        alpha, interval(x, alpha), spread(x), x)
}
for (x in tied) for (centre in c(0, 0.25, 1))
    line("tied", centre, by_all_signs(x - centre), by_all_signs(centre - x), flips(x - centre),
        NA, NA, NA, NA, spread(x), x)

# alpha; then each p and whether it is rejected
for (p in list(c(0.01, 0.04, 0.03, 0.005), c(0.0001, 0.2, 0.003, 0.0026, 0.5), 0.01, c(0.02, 0.02, 0.02),
               c(0.0125, 0.0166, 0.025, 0.05), c(0.9, 0.001))) for (alpha in c(0.05, 0.01))
    line("holm", alpha, rbind(p, p.adjust(p, "holm") <= alpha))

for (p in c(1e-12, 1e-5, 0.001, 0.01, 0.05, 0.2, 0.42, 0.5, 0.575, 0.8, 0.95, 0.99, 0.9999))
    line("normal", p, qnorm(p))

# spread, pairs, margin, alpha, smallest effect, and pairs that a half of it more needs
for (s in c(0.01, 0.2)) for (n in c(10, 40)) for (a in c(0.01, 0.05)) {
    margin <- log(1.03)
    z <- qnorm(1 - a) + qnorm(0.8)
    e <- margin + z * s * sqrt(pi / 3 / n)
    line("power", s, n, margin, a, e, max(ceiling(-log2(a)), ceiling((z * s / (1.5 * e - margin))^2 * pi / 3)))
}
