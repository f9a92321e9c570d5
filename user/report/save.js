/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Saves the page's data as JSON, a chart as SVG, and what a chart draws as CSV. */

function download(name, type, text) {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob([text], { type }));
	link.download = name;
	link.click();
	URL.revokeObjectURL(link.href);
}

/* SVG: all plots of a chart at their places, and the words around them; colours and fonts as they are shown. */

const SVG = "http://www.w3.org/2000/svg";
const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "opacity", "fill-opacity", "font-family", "font-size", "font-weight", "text-anchor"];

function element(name, attributes, text) {
	const one = document.createElementNS(SVG, name);
	Object.entries(attributes).forEach(([k, v]) => one.setAttribute(k, v));
	if (text !== undefined)
		one.textContent = text;
	return one;
}

/* A copy whose looks do not depend on the page's style sheet. */
function plainCopy(svg) {
	const copy = svg.cloneNode(true), copies = [copy, ...copy.querySelectorAll("*")];
	[svg, ...svg.querySelectorAll("*")].forEach((from, i) => {
		const style = getComputedStyle(from);
		STYLES.forEach((s) => copies[i].setAttribute(s, style.getPropertyValue(s)));
		["class", "tabindex", "role"].forEach((a) => copies[i].removeAttribute(a));
	});
	copy.querySelectorAll("[visibility=hidden]").forEach((e) => e.remove());
	return copy;
}

function chartSvg(box) {
	const frame = box.getBoundingClientRect(), place = (e) => {
		const r = e.getBoundingClientRect();
		return { x: r.left - frame.left, y: r.top - frame.top, width: r.width, height: r.height };
	};
	const all = element("svg", { xmlns: SVG, width: frame.width, height: frame.height, viewBox: [0, 0, frame.width, frame.height].join(" ") });
	all.append(element("rect", { width: frame.width, height: frame.height, fill: getComputedStyle(document.body).backgroundColor }));
	for (const e of box.querySelectorAll("svg, h3, .note, .swatch, .key li span:not(.swatch), .legend button span")) {
		const style = getComputedStyle(e), p = place(e);
		if (e instanceof SVGElement) {
			const copy = plainCopy(e);
			Object.entries(p).forEach(([k, v]) => copy.setAttribute(k, v));
			all.append(copy);
		} else if (e.matches(".swatch")) {
			all.append(element("rect", { ...p, fill: style.getPropertyValue("--p") }));
		} else {
			all.append(element("text", { x: p.x, y: p.y + p.height * 0.75, fill: style.color, "font-family": style.fontFamily, "font-size": style.fontSize, "font-weight": style.fontWeight }, e.textContent));
		}
	}
	return new XMLSerializer().serializeToString(all) + "\n";
}

/* CSV: a line per row of the view's data, with the names of what short arrays hold. */

const SPREAD = ["samples", "p10", "median", "p90", "p99"], FAULTS = ["time", "faults", "copied", "reused", "huge"];
const MEMBERS = { call: SPREAD, started: SPREAD, cow_child: FAULTS, cow_parent: FAULTS, off_cpu: ["median", "first", "calls"] };
const LEFT_OUT = ["row", "label", "group", "at"];

function flatten(value, name, into) {
	if (value === null && MEMBERS[name])
		return into;
	if (value === null || typeof value !== "object")
		into[name] = value;
	else if (Array.isArray(value))
		value.forEach((v, i) => Array.isArray(v) ? flatten(v[1], name + "." + v[0], into) : flatten(v, name + "." + ((MEMBERS[name] || [])[i] || i + 1), into));
	else
		Object.entries(value).filter(([k]) => !LEFT_OUT.includes(k) || !value.row).forEach(([k, v]) => flatten(v, name ? name + "." + k : k, into));
	return into;
}

/* Samples in the order taken, or quantiles, one a line. */
function sampleRows(r, shares) {
	return ["started", "call"].filter((m) => r[m] && r[m].n !== undefined).flatMap((measure) => {
		const { order, quantiles } = r[measure], { row, at, method, rss } = r, one = { row, at, method, rss, measure };
		return order ? order.map((time, i) => ({ ...one, sample: i + 1, time })) : quantiles.map((time, i) => ({ ...one, quantile: i < shares.length ? shares[i] : 1, time }));
	});
}

/* Of kernels: the phases of each cell on each of them. */
function kernelRows(view, phases) {
	return view.cells.flatMap((cell) => view.order.flatMap((o, i) => cell.places[i] === null || !phases ? [] : [{ ...phases.runs[o.run].rows[cell.places[i]], kernel: o.kernel }]));
}

/* Of what changed: each time and phase of a cell, in the first run and in the last. */
function changeRows(view) {
	return view.cells.flatMap(({ method, parent, lines }) => lines.map(([name, , , a, b]) => ({ method, parent, of: view.names[name], unit: instructions(view.from) ? "instructions" : "ns", ["before: " + page.runs[view.from].name]: a, ["after: " + page.runs[view.to].name]: b })));
}

/* Of a published figure: a line per point. */
function figureRows(figure) {
	const of = (who, lines) => lines.flatMap((l) => l.points.map(([x, y]) => ({ line: l.label, of: who, [figure.axes[0]]: figure.words.length ? figure.words[x] : x, [figure.axes[1]]: y, unit: who === "here" && instructions() ? "instructions" : "ns" })));
	return of("here", figure.ours).concat(of("published", figure.published));
}

/* Of anatomies: each path of each, in the order of a walk. */
function anatomyRows(view) {
	return view.trees.flatMap((t) => {
		const path = [];
		return t.depth.map((depth, i) => {
			const f = t.function[i];
			path.length = depth;
			path.push(f < 0 ? view.parts[-1 - f] : t.names[f]);
			return { run: page.runs[t.run].name, cell: t.label, unit: "instructions", path: path.join(";"), function: path[depth], module: f < 0 ? "" : view.modules[t.modules[f]], calls: t.calls[i], own: t.own[i], total: t.total[i] };
		});
	});
}

/* What a view draws, as plain objects, of the shown run if it draws one. */
function chartRows(view) {
	if (view === page.views.figure)
		return figureRows(view[state.run]);
	const own = view.runs || (Array.isArray(view[0]) ? view : null), shown = own ? own[state.run] : view;
	const rows = view.trees ? anatomyRows(view) : view.names ? changeRows(view) : view.order ? kernelRows(view, page.views.phases) : shown ? shown.rows || shown.groups || shown : [];
	return rows.flatMap((r) => view.kept ? sampleRows(r, view.kept) : r.metrics || [r]).map((r) => {
		const places = r.at ? Object.fromEntries(page.axes.map((axis, i) => [axis.name, r.at[i]])) : {};
		return { ...(r.row ? { unit: instructions() ? "instructions" : "ns" } : {}), ...places, ...flatten(r, "", {}) };
	});
}

/* A ' keeps a spreadsheet from computing a text; one ' less is the text again. Quantities stay: "-3.1 %". */
function csvField(value) {
	if (value === null || value === undefined)
		return "";
	const text = named(String(value), Infinity), plain = /^[=@+'-]/.test(text) && !/^[+-]?\d+([.,]\d+)*( ?[%a-zµ]+)?$/i.test(text) ? "'" + text : text;
	return /[",]/.test(plain) ? '"' + plain.replace(/"/g, '""') + '"' : plain;
}

function csvOf(rows) {
	const columns = Array.from(new Set(rows.flatMap(Object.keys)));
	return [columns, ...rows.map((r) => columns.map((c) => r[c]))].map((line) => line.map(csvField).join(",") + "\n").join("");
}

/* The buttons below a chart. */
function saves(box, id) {
	const list = box.append("div").attr("class", "saves");
	const button = (text, kind, type, made) => list.append("button").attr("type", "button").text(text)
		.on("click", () => download("spawnscope-" + id + "." + kind, type, made()));
	button("Save as SVG", "svg", "image/svg+xml", () => chartSvg(box.node()));
	button("Save data as CSV", "csv", "text/csv", () => csvOf(chartRows(page.views[id])));
}
