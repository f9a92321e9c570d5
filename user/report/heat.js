/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of a chart as a map: a row for each line, a column for each value of the x axis, the colour by the value. */

/* What a view does to show a row of the bench; it calls redraw(). */
const openers = [];

/* Shows a cell's births in time, and its distribution. */
function openCell(row) {
	openers.forEach((open) => open(row));
	const place = document.querySelector("#chart-phases svg[tabindex], #chart-spread svg[tabindex]");
	if (place) {
		place.focus({ preventScroll: true });
		place.closest("section").scrollIntoView();
	}
}

/* The phases of the call in a row, {name: share of the call}; empty if they are not known. */
const shares = new Map();

function sharesOf(row) {
	const phases = page.views.phases;
	if (!shares.size && phases)
		for (const r of phases.runs.flatMap((run) => run.rows))
			shares.set(r.row.join(), r.whole > 0 ? Object.fromEntries(r.call.map((s) => [s[0], s[1] / r.whole])) : {});
	return shares.get(row.row.join()) || {};
}

/*
 * `lines` is a Map of points {x, row, value, lines}, of which `value` may be null; `scale` gives 0 to 1 for a
 * value, and `format` its text. A click on a cell or Enter opens it.
 */
function heatMap(box, lines, layout, scale, format, width, title, where) {
	const labels = Array.from(lines.keys()), step = 26, top = 24, bottom = top + labels.length * step;
	const svg = plot(box, width, bottom + 48, title + where + "; the table below has the data. Arrow keys walk through the cells, Enter opens one.");
	const room = Math.min(widest(svg, "name", labels), width * 0.34), names = fitted(svg, "name", labels, room);
	const area = { left: room + 10, right: width, bottom }, each = (area.right - area.left) / layout.x.values.length;
	const at = (i) => area.left + (i + 0.5) * each, inside = ruler(svg, "cell"), points = [];
	at.copy = () => at;
	at.range = () => [area.left, area.right];
	heading(svg, "title", 0, 12, title, width);
	axisBottom(svg, at, layout.x.values.map((v, i) => i), (i) => onAxis(layout.x.axis, layout.x.values[i]), area, layout.x.axis.title);
	labels.forEach((label, i) => {
		const y = top + i * step;
		svg.append("text").attr("class", "name").attr("x", room).attr("y", y + 17).attr("text-anchor", "end").text(names[i]);
		for (const p of lines.get(label).filter((one) => one.value !== null)) {
			const x = at(layout.x.values.indexOf(p.x)), text = format(p.value), box = { x0: x - each / 2, x1: x + each / 2, y0: y, y1: y + step };
			svg.append("rect").attr("class", "heat").attr("x", box.x0 + 0.5).attr("y", y + 0.5).attr("width", each - 1).attr("height", step - 1)
				.attr("opacity", d3.format(".2f")(0.05 + 0.5 * scale(p.value)));
			if (inside.width(text) <= each - 4)
				svg.append("text").attr("class", "cell").attr("x", x).attr("y", y + 17).attr("text-anchor", "middle").text(text);
			points.push({ x, y: y + step, ...box, lines: [...p.lines, "a click or Enter opens it"], open: () => openCell(p.row) });
		}
	});
	inside.end();
	explore(svg, points, false);
}
