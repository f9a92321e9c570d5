# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Of lines "TRACER WORK WITHOUT WITH" (ns), some of each tracer and kind of work, prints
# "TRACER WORK PAIRS BASE DIFFERENCE LOW HIGH": the median of WITHOUT, the Hodges-Lehmann estimate of
# WITH - WITHOUT and the 95 % interval of the signed-rank test (Hollander, Wolfe, Chicken: Nonparametric
# Statistical Methods, 3.2 and 3.3). With fewer than six pairs there is no interval: LOW and HIGH are -.
# Of the work "own", which has no WITHOUT, BASE is 0.

function sort_them(a, n, i, k, x, gap)
{
	for (gap = int(n / 2); gap > 0; gap = int(gap / 2))
		for (i = gap + 1; i <= n; i++) {
			x = a[i]
			for (k = i; k > gap && a[k - gap] > x; k -= gap)
				a[k] = a[k - gap]
			a[k] = x
		}
}

function middle(a, n)
{
	return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
}

# How many of the smallest and of the largest averages lie outside of the interval.
function outside(n, all, ways, i, s, k, sum)
{
	ways[0] = 1
	for (i = 1; i <= n; i++)
		for (s = all; s >= i; s--)
			ways[s] += ways[s - i]
	for (k = 0; sum + ways[k] <= 0.025 * 2 ^ n; k++)
		sum += ways[k]
	return k
}

function print_one(key, n, i, k, m, bases, averages, names)
{
	split("", bases)
	split("", averages)
	for (i = 1; i <= n; i++)
		bases[i] = without[key, i]
	sort_them(bases, n)
	for (i = 1; i <= n; i++)
		for (k = i; k <= n; k++)
			averages[++m] = (difference[key, i] + difference[key, k]) / 2
	sort_them(averages, m)
	k = outside(n, m)
	split(key, names, SUBSEP)
	printf "%s %s %d %.1f %.1f", names[1], names[2], n, middle(bases, n), middle(averages, m)
	if (k)
		printf " %.1f %.1f\n", averages[k], averages[m + 1 - k]
	else
		print " - -"
}

/^#/ { next }
{
	key = $1 SUBSEP $2
	if (!(key in pairs))
		keys[++count] = key
	without[key, ++pairs[key]] = $3 + 0
	difference[key, pairs[key]] = $4 - $3
}
END {
	for (c = 1; c <= count; c++)
		print_one(keys[c], pairs[keys[c]])
}
