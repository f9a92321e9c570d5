/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The axes of a bench: the parent's memory, and whatever else varies. One that has numbers can be the
 * x axis of a chart, and another one its facets; what is left stands in the names of the lines.
 */
const MEMORY = { name: "memory", title: "memory that the parent has written", bytes: true, of: (row) => row.rss };

/* A cell without a value of an axis of numbers has nothing of it in addition. */
const axes = [MEMORY].concat(page.axes.map((axis, i) => {
	const values = page.runs.flatMap((run) => run.rows.map((row) => row.at[i]));
	const words = values.some((v) => typeof v === "string");
	return { ...axis, words, of: (row) => words || row.at[i] !== null ? row.at[i] : 0 };
}));

/* Its values in these rows, in order; words stay in the order of the rows. */
function valuesOn(axis, rows) {
	const values = Array.from(new Set(rows.map(axis.of))).filter((v) => v !== null);
	return axis.words ? values : values.sort((a, b) => a - b);
}

/* "4 KiB", "5,000", "thp" */
function onAxis(axis, value) {
	return axis.words ? named(String(value), 40) : axis.bytes ? bytes(value) : d3.format(",")(value);
}

const FACETS_MAX = 12;

/*
 * The axes that vary in these rows: [{axis, values}], that of most values first, of numbers before words;
 * of equal ones the memory comes last, since a bench varies the others on purpose.
 */
function varying(rows) {
	const order = axes.slice(1).concat(axes[0]).map((axis) => ({ axis, values: valuesOn(axis, rows) })).filter((a) => a.values.length > 1);
	return order.sort((a, b) => !!a.axis.words - !!b.axis.words || b.values.length - a.values.length);
}

/*
 * {x, facet, rest}: what the x axis of these rows is, {axis, values}, by name or the first; another one of
 * numbers that is not too long, or null; and the other axes that vary.
 */
function layoutOf(rows, name) {
	const all = varying(rows), x = all.find((a) => a.axis.name === name) || all[0] || { axis: MEMORY, values: valuesOn(MEMORY, rows) };
	const facet = all.find((a) => a !== x && !a.axis.words && a.values.length <= FACETS_MAX) || null;
	return { x, facet, rest: axes.filter((axis) => all.some((a) => a.axis === axis && a !== x && a !== facet)) };
}

/* The name of a row's line: without what the axes of the chart show. */
function lineName(row, layout) {
	const words = (axis) => axis === MEMORY || axis.words ? onAxis(axis, axis.of(row)) : axis.name + "=" + onAxis(axis, axis.of(row));
	return [row.method, ...layout.rest.filter((axis) => axis.of(row) !== null).map(words)].join(" ");
}

/*
 * A scale for the values of an axis, with `ticks` and `format` for them and `reaches(a, b)`, whether a line
 * may lead from one to the next. Words have places of their own. Numbers that span much have a log scale,
 * which has no 0: that gets a place of its own at the left, and no line leads there.
 */
function axisScale(axis, values, left, right) {
	const some = values.filter((v) => v > 0), most = some[some.length - 1];
	let place, reaches = () => true;
	if (axis.words) {
		place = (v) => left + (values.indexOf(v) + 0.5) * (right - left) / values.length;
		reaches = () => false;
	} else if (axis === MEMORY || most > 20 * some[0]) {
		const zero = some.length < values.length;
		const ends = some.length > 1 ? [some[0], most] : some.length ? [some[0] / 2, some[0] * 2] : [1, 2];
		const log = d3.scaleLog().base(2).domain(ends).range([left + (zero ? Math.max(40, (right - left) / 10) : 0), right]);
		place = (v) => v > 0 ? log(v) : left;
		reaches = (a) => a > 0;
	} else {
		place = d3.scaleLinear().domain(values.length > 1 ? d3.extent(values) : [values[0] - 1, values[0] + 1]).range([left, right]);
	}
	const tick = axis.words ? (i) => place(values[i]) : place;
	tick.copy = () => tick;
	tick.range = () => [left, right];
	return {
		place,
		tick,
		reaches,
		ticks: axis.words ? values.map((v, i) => i) : values,
		format: axis.words ? (i) => onAxis(axis, values[i]) : (v) => onAxis(axis, v),
	};
}
