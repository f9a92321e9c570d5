// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/paired.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_SIGNS   20
#define DRAWN_SIGNS   100000
#define POWER_WANTED  0.8
#define MAD_TO_SIGMA  1.4826	 /* 1 / qnorm(3 / 4), as rounded by R's mad() */
#define SIGNED_RANK_N (M_PI / 3) /* pairs that do what one pair does in a t-test */

/*
 * Differences of logarithms that are closer are equal: it is rounding, since no clock resolves a
 * part in 10^12. Else log(1.03) - log1p(0.03) would be a change beyond a margin of 3 %.
 */
#define TIE 1e-12

static double from_centre(double d, double centre)
{
	return fabs(d - centre) < TIE ? 0 : d - centre;
}

size_t gate_count(const double *d, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += !isnan(d[i]);
	return count;
}

/* The present values minus `centre`, in a new array. NULL: out of memory. */
static double *present(const double *d, size_t n, double centre, size_t *count)
{
	double *out = malloc((n ? n : 1) * sizeof(*out));

	*count = 0;
	for (size_t i = 0; out && i < n; i++) {
		if (!isnan(d[i]))
			out[(*count)++] = from_centre(d[i], centre);
	}
	return out;
}

struct signed_rank {
	double size; /* |d| */
	bool positive;
	unsigned int double_rank; /* twice the rank: mean ranks of ties end in 1/2 */
};

static int compare_sizes(const void *a, const void *b)
{
	double x = ((const struct signed_rank *)a)->size, y = ((const struct signed_rank *)b)->size;

	return (x > y) - (x < y);
}

static void rank_sizes(struct signed_rank *r, size_t n)
{
	size_t next;

	qsort(r, n, sizeof(*r), compare_sizes);
	for (size_t first = 0; first < n; first = next) {
		next = first + 1;
		while (next < n && r[next].size - r[first].size < TIE)
			next++;
		/* Ranks first + 1 to next, twice their mean. */
		for (size_t i = first; i < next; i++)
			r[i].double_rank = (unsigned int)(first + 1 + next);
	}
}

/*
 * P(sum of the double ranks with a positive sign >= seen) over all signs. Builds the distribution
 * rank by rank: each moves half of the probability up by its own size.
 */
static double upper_tail(const struct signed_rank *r, size_t n, size_t seen)
{
	size_t i, s, total = n * (n + 1), reach = 0;
	double *p = calloc(total + 1, sizeof(*p));
	double tail = 0;

	if (!p)
		return NAN;
	p[0] = 1;
	for (i = 0; i < n; i++) {
		size_t rank = r[i].double_rank;

		reach += rank;
		for (s = reach;; s--) {
			p[s] = (p[s] + (s >= rank ? p[s - rank] : 0)) / 2;
			if (s == 0)
				break;
		}
	}
	/* From the far end, which adds the smallest terms first. */
	for (s = total + 1; s > seen; s--)
		tail += p[s - 1];
	free(p);
	return tail < 1 ? tail : 1;
}

/* `sign`: 1 tests against "greater", -1 against "less". */
static double signed_rank_test(const double *d, size_t n, double centre, double sign)
{
	struct signed_rank *r;
	size_t used = 0, seen = 0;
	double p;

	if (gate_count(d, n) > GATE_PAIRS_MAX)
		return NAN;
	r = calloc(n ? n : 1, sizeof(*r));
	if (!r)
		return NAN;
	for (size_t i = 0; i < n; i++) {
		double x = sign * from_centre(d[i], centre);

		if (isnan(x) || x == 0)
			continue;
		r[used++] = (struct signed_rank){.size = fabs(x), .positive = x > 0};
	}
	rank_sizes(r, used);
	for (size_t i = 0; i < used; i++)
		seen += r[i].positive ? r[i].double_rank : 0;
	p = used ? upper_tail(r, used, seen) : 1;
	free(r);
	return p;
}

double gate_greater(const double *d, size_t n, double centre)
{
	return signed_rank_test(d, n, centre, 1);
}

double gate_less(const double *d, size_t n, double centre)
{
	return signed_rank_test(d, n, centre, -1);
}

uint64_t gate_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* The sum after flipping the signs of the values whose bits are set. */
static double flipped_sum(const double *x, size_t n, const uint64_t *signs)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += signs[i / 64] >> i % 64 & 1 ? -x[i] : x[i];
	return sum;
}

double gate_permutation(const double *d, size_t n, double centre, uint64_t seed)
{
	uint64_t signs[(GATE_PAIRS_MAX + 63) / 64] = {0};
	size_t count, draws, as_large = 0;
	double *x, seen, slack = 0;
	bool all;

	if (gate_count(d, n) > GATE_PAIRS_MAX)
		return NAN;
	x = present(d, n, centre, &count);
	if (!x)
		return NAN;
	seen = flipped_sum(x, count, signs);
	/* Sums that differ only by rounding must count as equal. */
	for (size_t i = 0; i < count; i++)
		slack += fabs(x[i]) * 1e-12;
	all = count <= EXACT_SIGNS;
	draws = all ? (size_t)1 << count : DRAWN_SIGNS;
	for (size_t k = 0; k < draws; k++) {
		if (all)
			signs[0] = k;
		for (size_t i = 0; !all && i < sizeof(signs) / sizeof(signs[0]); i++)
			signs[i] = gate_random(&seed);
		as_large += flipped_sum(x, count, signs) >= seen - slack;
	}
	free(x);
	return all ? (double)as_large / (double)draws
		   : (double)(as_large + 1) / (double)(draws + 1);
}

struct hypothesis {
	double p;
	size_t index;
};

/* NAN last. */
static int compare_hypotheses(const void *a, const void *b)
{
	double x = ((const struct hypothesis *)a)->p, y = ((const struct hypothesis *)b)->p;

	if (isnan(x) || isnan(y))
		return isnan(x) - isnan(y);
	return (x > y) - (x < y);
}

int gate_holm(const double *p, size_t n, double alpha, bool *rejected)
{
	struct hypothesis *h = calloc(n ? n : 1, sizeof(*h));

	if (!h)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		h[i] = (struct hypothesis){p[i], i};
		rejected[i] = false;
	}
	qsort(h, n, sizeof(*h), compare_hypotheses);
	for (size_t i = 0; i < n && h[i].p <= alpha / (double)(n - i); i++)
		rejected[h[i].index] = true;
	free(h);
	return 0;
}

double gate_alpha(double alpha, const size_t *looks, size_t count, size_t look)
{
	size_t before = look > 0 ? looks[look - 1] : 0;

	return alpha * (double)(looks[look] - before) / (double)looks[count - 1];
}

double gate_spread(const double *d, size_t n)
{
	size_t count;
	double *x = present(d, n, 0, &count);
	double centre, mean = 0, squares = 0, spread = NAN;

	if (!x || count < 2)
		goto cleanup;
	for (size_t i = 0; i < count; i++)
		mean += x[i] / (double)count;
	for (size_t i = 0; i < count; i++)
		squares += (x[i] - mean) * (x[i] - mean);
	centre = interval__median(x, count);
	for (size_t i = 0; i < count; i++)
		x[i] = fabs(x[i] - centre);
	spread = MAD_TO_SIGMA * interval__median(x, count);
	if (spread == 0)
		spread = sqrt(squares / (double)(count - 1));
cleanup:
	free(x);
	return spread;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

bool gate_is_split(const double *d, size_t n, double estimate, double least,
		   struct gate_split *split)
{
	size_t count, below = 0;
	double *x = present(d, n, 0, &count), gap = 0, spread;

	if (x && count > 0)
		qsort(x, count, sizeof(*x), compare_doubles);
	while (x && below < count && x[below] < estimate)
		below++;
	if (x && below >= 3 && count - below >= 3) {
		spread = fmax(gate_spread(x, below), gate_spread(x + below, count - below));
		gap = x[below] - x[below - 1];
		gap = gap > 4 * spread ? gap : 0;
		*split = (struct gate_split){below, count - below, interval__median(x, below),
					     interval__median(x + below, count - below)};
	}
	free(x);
	return gap > least;
}

double gate_smallest_effect(double spread, size_t n, double margin, double alpha)
{
	double z = gate_normal_quantile(1 - alpha) + gate_normal_quantile(POWER_WANTED);

	if (n == 0 || isnan(spread) || ldexp(1, -(int)n) > alpha)
		return INFINITY;
	return margin + z * spread * sqrt(SIGNED_RANK_N / (double)n);
}

double gate_pairs_needed(double spread, double effect, double margin, double alpha)
{
	double z = gate_normal_quantile(1 - alpha) + gate_normal_quantile(POWER_WANTED);
	double least = ceil(-log2(alpha)), n;

	if (isnan(spread) || isnan(effect) || effect == margin)
		return INFINITY;
	n = ceil(pow(z * spread / (effect - margin), 2) * SIGNED_RANK_N);
	return n > least ? n : least;
}

/* The value of a polynomial with its coefficients by ascending power. */
static double polynomial(const double *c, size_t n, double x)
{
	double value = 0;

	while (n-- > 0)
		value = value * x + c[n];
	return value;
}

double gate_normal_quantile(double p)
{
	static const double a[] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
				   1.9715909503065514427e+3, 1.3731693765509461125e+4,
				   4.5921953931549871457e+4, 6.7265770927008700853e+4,
				   3.3430575583588128105e+4, 2.5090809287301226727e+3};
	static const double b[] = {1.0,
				   4.2313330701600911252e+1,
				   6.8718700749205790830e+2,
				   5.3941960214247511077e+3,
				   2.1213794301586595867e+4,
				   3.9307895800092710610e+4,
				   2.8729085735721942674e+4,
				   5.2264952788528545610e+3};
	static const double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
				   5.76949722146069140550e0,  3.64784832476320460504e0,
				   1.27045825245236838258e0,  2.41780725177450611770e-1,
				   2.27238449892691845833e-2, 7.74545014278341407640e-4};
	static const double d[] = {1.0,
				   2.05319162663775882187e0,
				   1.67638483018380384940e0,
				   6.89767334985100004550e-1,
				   1.48103976427480074590e-1,
				   1.51986665636164571966e-2,
				   5.47593808499534494600e-4,
				   1.05075007164441684324e-9};
	static const double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
				   1.78482653991729133580e0,  2.96560571828504891230e-1,
				   2.65321895265761230930e-2, 1.24266094738807843860e-3,
				   2.71155556874348757815e-5, 2.01033439929228813265e-7};
	static const double f[] = {1.0,
				   5.99832206555887937690e-1,
				   1.36929880922735805310e-1,
				   1.48753612908506148525e-2,
				   7.86869131145613259100e-4,
				   1.84631831751005468180e-5,
				   1.42151175831644588870e-7,
				   2.04426310338993978564e-15};
	double q = p - 0.5, r, x;

	if (fabs(q) <= 0.425) {
		r = 0.180625 - q * q;
		return q * polynomial(a, 8, r) / polynomial(b, 8, r);
	}
	r = sqrt(-log(q < 0 ? p : 1 - p));
	if (r <= 5)
		x = polynomial(c, 8, r - 1.6) / polynomial(d, 8, r - 1.6);
	else
		x = polynomial(e, 8, r - 5) / polynomial(f, 8, r - 5);
	return q < 0 ? -x : x;
}
