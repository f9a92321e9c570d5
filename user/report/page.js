/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the scripts of the views share. A page has this one, those of its views, and then calls start().
 * Text goes into the page as text, never as markup. Scripts only style
 * positions, so the page needs no style attributes.
 */
const block = document.getElementById("data");
const page = JSON.parse(block.textContent);

/* The data block has the names of a row's members once, and rows that several runs have once, too: the others name that run. */
for (const run of page.runs)
	run.rows = Array.isArray(run.rows) ? run.rows.map((values) => Object.fromEntries(page.row.map((name, i) => [name, values[i]]))) : page.runs[run.rows].rows;

/* Adds to each row of a view what all views need to know about it; the data block has that once. */
function addRows(value) {
	if (value === null || typeof value !== "object")
		return;
	if (value.row)
		Object.assign(value, page.runs[value.row[0]].rows[value.row[1]]);
	else
		Object.values(value).forEach(addRows);
}
addRows(page.views);

const draws = new Map(); /* by the id of the view */
const NARROW = 560;

/* A view's script registers draw(box, data, width), which is called again whenever something changes. */
function chart(id, draw) {
	draws.set(id, draw);
}

const state = { run: 0 };

/* Units */

function instructions(run = state.run) {
	return page.runs.length > 0 && page.runs[run].clock === "icount";
}

/* Three significant digits, as in the tables. */
function digits(x) {
	const a = Math.abs(x);
	if (a !== 0 && a < 999.5 && !Number.isInteger(x))
		return x.toFixed(a < 9.995 ? 2 : a < 99.95 ? 1 : 0);
	return String(Math.round(x));
}

function time(ns, run) {
	const units = instructions(run) ? ["", "k", "M", "G", "T"] : ["ns", "µs", "ms", "s", "ks"];
	let x = ns, i = 0;
	if (ns === null || !Number.isFinite(ns))
		return "-";
	while (Math.abs(x) >= 999.5 && i < units.length - 1) {
		x /= 1000;
		i++;
	}
	/* A quotient keeps three digits, even if they are zeros. */
	const text = i > 0 && Number.isInteger(x) && x < 100 ? x.toFixed(x < 10 ? 2 : 1) : digits(x);
	return (text + " " + units[i]).trim();
}

/* What a tip says of the other time of a method that execs: a line, or none if it is not known. */
function beside(measure, other) {
	return other > 0 ? [(measure === "started" ? "the call returns after " : "the program runs after ") + time(other)] : [];
}

/* For axes: without trailing zeros. */
function shortTime(ns) {
	return time(ns).replace(/(\.\d*?)0+(?= |$)/, "$1").replace(/\.(?= |$)/, "");
}

/* "1 birth", "1,200 births" */
function counted(n, one, many) {
	return d3.format(",")(n) + " " + (n === 1 ? one : many);
}

function times(ratio) {
	return "×" + (ratio >= 9.995 ? d3.format(",.3r")(ratio).replace(/\.0+$/, "") : d3.format(".2f")(ratio));
}

function bytes(n) {
	const units = ["B", "KiB", "MiB", "GiB", "TiB"];
	let i = 0;
	while (n >= 1024 && i < units.length - 1) {
		n /= 1024;
		i++;
	}
	return digits(n) + " " + units[i];
}

function percent(share) {
	return share > 0 && share < 0.001 ? "<0.1 %" : d3.format(".1f")(100 * share) + " %";
}

/* A name without characters that break or reorder lines, and not too long. */
function named(text, most) {
	const plain = text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, "\ufffd");
	return plain.length > most ? plain.slice(0, most - 1) + "…" : plain;
}

/* Colours, dashes and shapes: a line has the same in all charts, and no two lines look alike. */

const lines = new Map();
const DASHES = [null, "7 3", "2 3", "10 3 2 3", "5 2", "1 2", "12 4", "8 2 2 2 2 2"];
const SHAPES = [d3.symbolCircle, d3.symbolSquare, d3.symbolTriangle, d3.symbolDiamond, d3.symbolCross, d3.symbolStar, d3.symbolWye];

function look(label) {
	if (!lines.has(label))
		lines.set(label, lines.size);
	return lookAt(lines.get(label));
}

function lookAt(i) {
	const turn = Math.floor(i / 8);
	return {
		colour: "c" + (i % 8),
		dash: DASHES[(i + turn) % DASHES.length],
		shape: d3.symbol().type(SHAPES[(i + turn) % SHAPES.length]).size(42),
	};
}

/* Parts of charts */

/* A row of choices, one of them chosen. */
function choices(box, label, options, chosen, change) {
	const set = box.append("fieldset").attr("class", "choices"), key = keyOf(label);
	const name = "choice-" + choices.count++;
	remembered(key, options.map((o) => o[0]), chosen, change);
	set.append("legend").text(label);
	for (const [value, text] of options) {
		const one = set.append("label");
		one.append("input").attr("type", "radio").attr("name", name).attr("autocomplete", "off")
			.property("checked", value === chosen)
			.on("change", () => {
				keep(key, value);
				change(value);
			});
		one.append("span").text(text);
	}
}

choices.count = 0;

/* The same for many choices: a list that opens. */
function choose(box, label, options, chosen, change) {
	const one = box.append("label").attr("class", "choose"), key = keyOf(label);
	remembered(key, options.map((o) => o[0]), chosen, change);
	one.append("span").text(label + " ");
	const select = one.append("select").attr("autocomplete", "off");
	for (const [value, text] of options)
		select.append("option").attr("value", value).property("selected", value === chosen).text(named(text, 60));
	select.on("change", function () {
		keep(key, this.value);
		change(this.value);
	});
}

/* A button per line, which shows or hides it. */
function legend(box, labels, hidden, change) {
	const list = box.append("ul").attr("class", "legend").attr("aria-label", "Lines"), name = keyOf("hidden");
	rememberedHidden(name, labels, hidden, change);
	for (const label of labels) {
		const l = look(label);
		const button = list.append("li").append("button").attr("type", "button")
			.attr("aria-pressed", String(!hidden.has(label)))
			.on("click", () => {
				if (!hidden.delete(label))
					hidden.add(label);
				keep(name, ...hidden);
				change(label);
			});
		const key = button.append("svg").attr("width", 34).attr("height", 12).attr("aria-hidden", "true")
			.attr("class", l.colour);
		key.append("line").attr("class", "line").attr("x1", 0).attr("x2", 34).attr("y1", 6).attr("y2", 6)
			.attr("stroke-dasharray", l.dash);
		key.append("path").attr("class", "point").attr("transform", "translate(17,6)").attr("d", l.shape());
		button.append("span").text(named(label, 120));
	}
}

/* Draws, and gives the focus back to the control that had it. */
function focusAgain(box, draw) {
	/* By kind: a plot without lines takes no focus. */
	const had = document.activeElement, kind = had && had.matches("svg") ? "svg[tabindex]" : "button, input, select";
	const all = () => Array.from(box.node().querySelectorAll(kind));
	const at = all().indexOf(had);
	draw();
	if (at >= 0 && all()[at])
		all()[at].focus();
}

function plot(box, width, height, label) {
	return box.append("div").attr("class", "plot").append("svg")
		.attr("width", width).attr("height", height).attr("viewBox", [0, 0, width, height].join(" "))
		.attr("role", "img").attr("aria-label", label);
}

/* Texts in a plot: their width is only known once they are set in the style of their class. */

const widths = new Map(); /* by class and text: each measurement lays the page out */

function ruler(svg, kind) {
	let node = null;
	return {
		width(text) {
			const key = kind + " " + text;
			if (!widths.has(key)) {
				node = node || svg.append("text").attr("class", kind).attr("visibility", "hidden").node();
				node.textContent = text;
				widths.set(key, node.getComputedTextLength());
			}
			return widths.get(key);
		},
		end: () => node && node.remove(),
	};
}

function widest(svg, kind, texts) {
	const r = ruler(svg, kind), width = Math.ceil(d3.max(texts, (t) => r.width(named(t, 400))) || 0);
	r.end();
	return width;
}

/* The text without its middle, so that it fits into the room. */
function cutMiddle(text, room, width) {
	const all = Array.from(text);
	const kept = (n) => all.slice(0, Math.ceil(n / 2)).join("") + "…" + all.slice(all.length - Math.floor(n / 2)).join("");
	let low = 0, high = all.length - 1;
	if (width(text) <= room)
		return text;
	while (low < high) {
		const n = Math.ceil((low + high) / 2);
		if (width(kept(n)) <= room)
			low = n;
		else
			high = n - 1;
	}
	return kept(low);
}

/* Makes texts differ that a cut has made equal: cuts what they all begin with, or numbers them. */
function distinguish(group, taken, room, width) {
	const first = group[0].text;
	let same = 0;
	while (same < first.length && group.every((g) => g.text[same] === first[same]))
		same++;
	same = first.lastIndexOf(" ", same - 1) + 1;
	const ends = group.map((g) => {
		for (let n = same; n > 0; n--) {
			const text = g.text.slice(0, n) + "…" + g.text.slice(same);
			if (width(text) <= room)
				return text;
		}
		return cutMiddle("…" + g.text.slice(same), room, width);
	});
	if (new Set(ends).size === ends.length && !ends.some((t) => taken.has(t)))
		return ends;
	return group.map((g) => {
		const number = " #" + (g.i + 1);
		return cutMiddle(g.text, room, (t) => width(t + number)) + number;
	});
}

/*
 * The texts so that each fits into `room` pixels: whole, or with the axes' values but not their names,
 * or cut. Different texts stay different.
 */
function fitted(svg, kind, texts, room) {
	const r = ruler(svg, kind), width = r.width;
	let plain = texts.map((t) => named(t, Infinity));
	const count = new Set(plain).size;
	if (plain.some((t) => width(t) > room)) {
		const values = plain.map((t) => t.replace(/ [a-z_]+=/g, " "));
		if (new Set(values).size === count)
			plain = values;
	}
	const all = Array.from(new Set(plain)), shown = new Map(all.map((t) => [t, cutMiddle(t, room, width)]));
	const taken = new Set(shown.values());
	for (const cut of Array.from(taken)) {
		const group = all.map((text, i) => ({ text, i })).filter((g) => shown.get(g.text) === cut);
		if (group.length > 1)
			distinguish(group, taken, room, width).forEach((text, i) => {
				shown.set(group[i].text, text);
				taken.add(text);
			});
	}
	r.end();
	return plain.map((t) => shown.get(t));
}

/* The title of a plot or an axis, cut to the room. */
function heading(svg, kind, x, y, text, room, anchor) {
	svg.append("text").attr("class", kind).attr("x", x).attr("y", y).attr("text-anchor", anchor || "start")
		.text(fitted(svg, kind, [text], room)[0]);
}

/*
 * Lets the pointer and the arrow keys find the points of a plot. `points` are {x, y, lines}, for areas
 * also {x0, x1, y0, y1}, which the mark "area" frames; the first line is the heading. A click or Enter calls `open`, if a point has it. Where
 * a key leads elsewhere than along the points, `to` has the place of the point. Keys begin at the point `first`.
 * Escape without a tip calls `back`.
 */
function explore(svg, points, mark, back, first) {
	const holder = d3.select(svg.node().parentNode);
	const tip = holder.append("div").attr("class", "tip").attr("role", "status").property("hidden", true);
	const dot = mark ? svg.append(mark === "area" ? "rect" : "circle").attr("class", "found").attr("r", 7).attr("visibility", "hidden") : null;
	let at = -1;

	function hide() {
		at = -1;
		tip.property("hidden", true);
		if (dot)
			dot.attr("visibility", "hidden");
	}
	function show(i) {
		const p = points[i];
		if (!p || i === at)
			return;
		at = i;
		tip.property("hidden", false).text("");
		p.lines.forEach((text, k) => tip.append(k ? "span" : "strong").text(text));
		if (dot)
			dot.attr("visibility", null).attr("cx", p.x).attr("cy", p.y);
		if (mark === "area")
			dot.attr("x", p.x0).attr("y", p.y0).attr("width", p.x1 - p.x0).attr("height", p.y1 - p.y0);
		const room = holder.node().clientWidth, size = tip.node().getBoundingClientRect();
		const scale = room / svg.attr("width") < 1 ? room / svg.attr("width") : 1;
		let left = p.x * scale + 14, top = p.y * scale + 14;
		if (left + size.width > room)
			left = Math.max(0, p.x * scale - size.width - 14);
		if (top + size.height > holder.node().clientHeight)
			top = Math.max(0, p.y * scale - size.height - 14);
		tip.style("left", left + "px").style("top", top + "px");
	}
	function nearest(x, y) {
		let best = -1, least = Infinity;
		points.forEach((p, i) => {
			const dx = p.x1 === undefined ? p.x - x : Math.max(p.x0 - x, 0, x - p.x1);
			const dy = p.y1 === undefined ? p.y - y : Math.max(p.y0 - y, 0, y - p.y1);
			const d = dx * dx + dy * dy;
			if (d < least) {
				least = d;
				best = i;
			}
		});
		return least <= 60 * 60 ? best : -1;
	}
	/* Not D3's .on(): its arguments differ between versions. */
	const node = svg.node();
	node.addEventListener("pointermove", (event) => {
		const frame = node.getBoundingClientRect(), scale = svg.attr("width") / frame.width;
		const i = nearest((event.clientX - frame.left) * scale, (event.clientY - frame.top) * scale);
		if (i < 0)
			hide();
		else
			show(i);
	});
	node.addEventListener("click", () => at >= 0 && points[at].open && points[at].open());
	node.addEventListener("pointerleave", hide);
	node.addEventListener("blur", hide);
	if (!points.length)
		return;
	svg.attr("tabindex", 0);
	node.addEventListener("keydown", (event) => {
		const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
		if (event.key === "Escape" && at < 0 && back)
			back();
		else if (event.key === "Escape")
			hide();
		if (event.key === "Enter" && at >= 0 && points[at].open)
			points[at].open();
		if (!step)
			return;
		event.preventDefault();
		if (at < 0 && first !== undefined)
			show(first);
		else if (at >= 0 && points[at].to)
			show(points[at].to[event.key]);
		else
			show(at < 0 ? (step > 0 ? 0 : points.length - 1) : (at + step + points.length) % points.length);
	});
}

/* Ticks of a log scale: powers of ten, and 2 and 5 times these if there are few. */
function logTicks(scale) {
	const [low, high] = scale.domain(), tens = Math.log10(high / low);
	const steps = tens < 1 ? [1, 2, 3, 5] : tens < 2.5 ? [1, 2, 5] : [1];
	const ticks = [];
	for (let k = Math.floor(Math.log10(low)); k <= Math.ceil(Math.log10(high)); k++)
		for (const s of steps) {
			const t = k < 0 ? s / Math.pow(10, -k) : s * Math.pow(10, k);
			if (t >= low * 0.999 && t <= high * 1.001)
				ticks.push(t);
		}
	return ticks.length > 2 ? ticks : d3.scaleLinear().domain([low, high]).ticks(5);
}

/* How much room the labels of an axis take on its left. */
function axisRoom(svg, ticks, format) {
	return 12 + widest(svg, "title", ticks.map((t) => format(t)));
}

/* An axis with lines across the plot. */
function axisLeft(svg, scale, ticks, format, area, text) {
	const g = svg.append("g").attr("class", "axis").attr("transform", `translate(${area.left},0)`)
		.call(d3.axisLeft(scale).tickValues(ticks).tickFormat(format).tickSize(-(area.right - area.left)).tickPadding(8));
	g.select(".domain").remove();
	if (text)
		heading(svg, "title", 0, 12, text, svg.attr("width"));
}

/* Labels stay within the plot; a label that would overlap the one before is left out. */
function axisBottom(svg, scale, ticks, format, area, text) {
	const g = svg.append("g").attr("class", "axis").attr("transform", `translate(0,${area.bottom})`)
		.call(d3.axisBottom(scale).tickValues(ticks.slice().sort((a, b) => a - b)).tickFormat(format).tickSize(5).tickPadding(6));
	let free = 0;
	g.select(".domain").remove();
	g.selectAll(".tick text").each(function (t) {
		const half = this.getComputedTextLength() / 2, at = scale(t);
		const middle = Math.min(Math.max(at, half), svg.attr("width") - half - 1); /* D3 adds half a pixel */
		if (middle - half < free) {
			this.remove();
			return;
		}
		free = middle + half + 6;
		this.setAttribute("x", middle - at);
	});
	if (text) {
		const right = Math.min(svg.attr("width"), Math.max(area.right, widest(svg, "title", [text])));
		heading(svg, "title", right, area.bottom + 38, text, right, "end");
	}
}

/* Names at the right or left ends of lines, moved apart: labels are {y, text, colour}. */
function endLabels(svg, labels, x, top, bottom, left) {
	const step = 15;
	labels.sort((a, b) => a.y - b.y);
	labels.forEach((l, i) => {
		l.at = Math.max(l.y, i ? labels[i - 1].at + step : top);
	});
	let floor = bottom;
	for (let i = labels.length - 1; i >= 0; i--) {
		labels[i].at = Math.min(labels[i].at, floor);
		floor = labels[i].at - step;
	}
	for (const l of labels) {
		const away = left ? -1 : 1;
		if (Math.abs(l.at - l.y) > 4)
			svg.append("path").attr("class", "leader " + l.colour).attr("d", `M${x + 2 * away},${l.y}L${x + 9 * away},${l.at}`);
		svg.append("text").attr("class", "end " + l.colour).attr("x", x + 12 * away).attr("y", l.at + 4).attr("text-anchor", left ? "end" : null).text(l.text);
	}
}

/* The page */

const waiting = []; /* ids of views that are not yet drawn */

function drawOne(id) {
	const box = d3.select("#chart-" + id), view = page.views[id];
	if (box.empty() || view === undefined || !draws.has(id))
		return;
	box.selectAll("*").remove();
	drawing = id;
	draws.get(id)(box, view, Math.floor(box.node().getBoundingClientRect().width));
	if (!box.select(".plot").empty())
		saves(box, id);
	for (const change of later.splice(0))
		change();
}

/* Draws a view again after a choice in it. */
function redraw(id) {
	focusAgain(d3.select("#chart-" + id), () => drawOne(id));
}

function drawAll() {
	waiting.splice(0);
	for (const id of draws.keys())
		drawOne(id);
}

/* What the window shows at once; the rest when there is nothing else to do, so that a large page can be read sooner. */
function drawFirst() {
	const ids = Array.from(document.querySelectorAll(".chart"), (box) => box.id.slice("chart-".length));
	while (ids.length && document.getElementById("chart-" + ids[0]).getBoundingClientRect().top < 1.5 * window.innerHeight)
		drawOne(ids.shift());
	waiting.push(...ids);
}

function drawWaiting() {
	waiting.splice(0).forEach(drawOne);
}

/* For print. */
function finish() {
	drawWaiting();
	unfoldAll();
}

/* One at a time. */
function finishLater() {
	const idle = window.requestIdleCallback || ((call) => setTimeout(call, 50));
	const next = () => {
		if (waiting.length)
			drawOne(waiting.shift());
		else if (!unfoldNext())
			return;
		idle(next, { timeout: 500 });
	};
	requestAnimationFrame(() => idle(next, { timeout: 500 }));
}

function show(run) {
	state.run = run;
	for (const part of document.querySelectorAll(".of-run"))
		part.hidden = Number(part.dataset.run) !== run;
}

function start() {
	const select = document.getElementById("run");
	for (const part of document.querySelectorAll(".picker, .save"))
		part.hidden = false;
	const run = Number(kept.choices.get("run")), first = select && select.options[run] ? run : 0;
	if (select) {
		select.value = String(first);
		select.addEventListener("change", () => {
			keep("run", select.value);
			show(Number(select.value));
			drawAll();
		});
	}
	document.getElementById("save").addEventListener("click", () => download("spawnscope.json", "application/json", block.textContent));
	document.querySelectorAll("main table").forEach(sortable);
	document.addEventListener("toggle", (event) => unfold(event.target), true);
	window.addEventListener("beforeprint", finish);
	window.matchMedia("print").addEventListener("change", finish);
	/* Lines get their looks in the order of the first chart, whatever is drawn first. */
	for (const rows of page.views.latency || []) {
		const layout = layoutOf(rows, null);
		rows.forEach((row) => look(lineName(row, layout)));
	}
	show(first);
	drawFirst();
	goToPlace();
	finishLater();
	window.addEventListener("hashchange", followHash);
	let width = window.innerWidth;
	window.addEventListener("resize", () => {
		if (window.innerWidth === width)
			return;
		width = window.innerWidth;
		drawAll();
	});
}
