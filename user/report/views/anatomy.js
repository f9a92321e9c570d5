/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Anatomy: the functions of a birth as an icicle, each as wide as the instructions of it and of what it called;
 * of two anatomies the paths of both, in the colour of what changed.
 */
{
	const ROOT = 0, KINDS = { 2: "a system call", 3: "an exception", 4: "an interrupt", 5: "a signal" };
	const STEP = 20, LEAST = 0.7, SHADES = 3, DEPTHS = 5;
	const forests = new Map(); /* by the trees that are in it */
	let shown = null, against = null, focus = null, query = "", hit = -1;

	const exact = d3.format(",");
	const signed = (n) => (n < 0 ? "−" : n > 0 ? "+" : "±") + exact(Math.abs(n));
	const long = (n) => exact(n) + " instructions";

	/* A node below its caller; the roots are below one more, "all". */
	const hang = (up, name, module, kind, figures, guess) => {
		const node = { name, module, kind, up, figures, guess: guess || "", under: [] };
		if (up)
			up.under.push(node);
		return node;
	};

	const oneTree = (data, tree) => {
		/* What ran beside the birth is no part of it. */
		const total = d3.sum(tree.total, (t, i) => (tree.depth[i] === 0 && -1 - tree.function[i] < data.beside ? t : 0));
		const path = [hang(null, "all", "", ROOT, [{ calls: 1, own: 0, total }])];
		tree.depth.forEach((depth, i) => {
			const f = tree.function[i], names = f < 0 ? [data.parts[-1 - f], ""] : [tree.names[f], data.modules[tree.modules[f]]];
			path.length = depth + 1;
			path.push(hang(path[depth], ...names, tree.kind[i], [{ calls: tree.calls[i], own: tree.own[i], total: tree.total[i] }]));
		});
		return path[0];
	};

	/* Both trees of a pair, or these turned round. */
	const twoTrees = (data, pair, turned) => {
		const sides = turned ? ["b", "a"] : ["a", "b"], all = hang(null, "all", "", ROOT, sides.map(() => ({ calls: 1, own: 0, total: 0 }))), nodes = [];
		pair.parent.forEach((parent, i) => {
			const n = pair.name[i], figures = sides.map((s) => (pair["own_" + s][i] === null ? null : { calls: pair["calls_" + s][i], own: pair["own_" + s][i], total: pair["total_" + s][i] }));
			nodes.push(hang(parent < 0 ? all : nodes[parent], n < 0 ? data.parts[-1 - n] : pair.names[n], data.modules[pair.module[i]], pair.kind[i], figures, pair.guesses[i]));
			if (parent < 0 && -1 - n < data.beside)
				figures.forEach((f, side) => { all.figures[side].total += f ? f.total : 0; });
		});
		return all;
	};

	/* How wide, and in which order. */
	const measure = (node) => {
		node.under.forEach(measure);
		const below = d3.sum(node.under, (u) => u.size), figure = (of) => d3.max(node.figures, (f) => f ? f[of] : 0);
		/* Medians: those of all that is called need not sum to that of the caller. */
		node.size = node.figures.length > 1 ? figure("own") + below : Math.max(figure("total"), below);
		node.under.sort((a, b) => b.size - a.size);
		return node;
	};

	const pairOf = (data, a, b) => data.pairs.find((p) => (p.from === a && p.to === b) || (p.from === b && p.to === a));

	const forest = (data, trees) => {
		const key = trees.join(), pair = trees.length > 1 ? pairOf(data, ...trees) : null;
		if (!forests.has(key))
			forests.set(key, measure(pair ? twoTrees(data, pair, pair.from !== trees[0]) : oneTree(data, data.trees[trees[0]])));
		return forests.get(key);
	};

	const change = (node, of) => (node.figures[1] ? node.figures[1][of] : 0) - (node.figures[0] ? node.figures[0][of] : 0);

	const isDifference = (node) => node.figures.length > 1;

	const ancestors = (node) => (node.up ? [...ancestors(node.up), node.up] : []);

	/* Each node of the picture: the way to the focus over the whole width, and below it what is wide enough. */
	const place = (top, width) => {
		const placed = ancestors(top).map((node, row) => ({ node, row, x: 0, width, passed: true }));
		const put = (node, row, x, room) => {
			const item = { node, row, x, width: room };
			placed.push(item);
			let at = x;
			item.first = placed.length;
			for (const u of node.under) {
				const own = room * u.size / node.size;
				if (own < LEAST)
					break;
				put(u, row + 1, at, own);
				at += own;
			}
		};
		if (top.size > 0)
			put(top, placed.length, 0, width);
		return placed;
	};

	/* Up: its caller; down: the first that it called; left and right: what its caller called before and after. */
	const neighbours = (placed) => {
		const at = new Map(placed.map((p, i) => [p.node, i]));
		return placed.map(({ node, passed }) => {
			const beside = node.up && !passed ? node.up.under.filter((u) => at.has(u)) : [node], i = beside.indexOf(node);
			const below = node.under.find((u) => at.has(u));
			return { ArrowUp: at.get(node.up), ArrowDown: at.get(below), ArrowLeft: at.get(beside[i - 1]), ArrowRight: at.get(beside[i + 1]) };
		});
	};

	const where = (node) => [...node.module ? ["in " + named(node.module, 60)] : [], ...KINDS[node.kind] ? [KINDS[node.kind]] : [], ...node.up && node.up.up ? ["called by " + named(node.up.name, 60)] : []].join(", ");

	const side = (name, f) => f ? name + ": " + long(f.total) + ", own " + exact(f.own) + (f.calls ? ", calls " + exact(f.calls) : "") : name + ": not called";

	const lines = (node, whole, names) => {
		const head = [named(node.name, 80) + named(node.guess, 120), ...where(node) ? [where(node)] : []];
		if (!isDifference(node))
			return [...head, "with what it called: " + long(node.figures[0].total) + ", " + percent(node.figures[0].total / whole.figures[0].total),
				"its own: " + long(node.figures[0].own) + ", " + percent(node.figures[0].own / whole.figures[0].total),
				...node.up && node.figures[0].calls ? ["calls in a birth: " + exact(node.figures[0].calls)] : []];
		const before = node.figures[0] && node.figures[0].total, more = change(node, "total");
		return [...head, ...names.map((name, i) => side(named(name, 60), node.figures[i])),
			"change: " + signed(more) + (before ? ", " + changeText(1 + more / before) : "") + "; own " + signed(change(node, "own"))];
	};

	/* The same for the same name wherever it stands. */
	const shade = (name) => Array.from(name).reduce((sum, c) => (31 * sum + c.codePointAt(0)) % 997, 7) % SHADES;

	const colours = (data) => {
		const look = new Map(data.modules.map((m, i) => [m, lookAt(i).colour]));
		return (node) => "frame s" + shade(node.name) + " " + (node.module ? look.get(node.module) : "c6");
	};

	/* By the change against the largest one. */
	const changeColours = (placed) => {
		const most = d3.max(placed, (p) => Math.abs(change(p.node, "total"))) || 1;
		return (node) => {
			const more = change(node, "total");
			return "frame " + (more === 0 ? "same" : (more > 0 ? "more" : "less") + " d" + Math.max(1, Math.min(DEPTHS, Math.ceil(DEPTHS * Math.sqrt(Math.abs(more) / most)))));
		};
	};

	/* What fits: names of functions are cut at their ends. */
	const labeller = (svg) => {
		const r = ruler(svg, "code"), one = r.width("mmmmmmmmmm") / 10;
		r.end();
		return (node, room) => {
			const more = isDifference(node) ? change(node, "total") : 0, name = named(node.name, 200);
			const text = name + (more ? " " + (more < 0 ? "−" : "+") + time(Math.abs(more), page.views.anatomy.trees[shown].run) : "");
			const most = Math.floor((room - 8) / one);
			if (most < 3)
				return "";
			if (/[^ -~−…]/.test(name))
				return fitted(svg, "code", [text], room - 8)[0];
			return text.length <= most ? text : name.length > most ? name.slice(0, most - 1) + "…" : name;
		};
	};

	const words = (names) => names ? "from " + named(names[0], 60) + " to " + named(names[1], 60) + ": as wide as the instructions of the one that has more, in the colour of what changed"
		: "as wide as the instructions of a function and of all that it called";

	/* Draws the icicle; `zoom` is called with the node that shall be as wide as the plot. */
	const icicle = (box, data, whole, names, width, zoom) => {
		const placed = place(focus, width), rows = d3.max(placed, (p) => p.row) + 1, top = 22;
		const svg = plot(box, width, top + rows * STEP + 2, (names ? "What changed by function" : "The instructions of a birth by function") + "; the tables below have the data. The arrow keys walk: down to what a function called, up to its caller. Enter zooms in, Escape out.");
		const colour = names ? changeColours(placed) : colours(data), label = labeller(svg), to = neighbours(placed);
		heading(svg, "title", 0, 12, words(names), width);
		const points = placed.map((p, i) => {
			const y = top + p.row * STEP, text = label(p.node, p.width);
			svg.append("rect").datum(p.node).attr("class", colour(p.node) + (p.passed ? " passed" : "")).attr("x", p.x).attr("y", y).attr("width", p.width).attr("height", STEP);
			if (text)
				svg.append("text").attr("class", "code").attr("x", p.x + 4).attr("y", y + 14).text(text);
			return { x: p.x, y: y + STEP, x0: p.x, x1: p.x + p.width, y0: y, y1: y + STEP, lines: lines(p.node, whole, names), open: () => zoom(p.node), to: to[i] };
		});
		/* Keys begin where the reader is. */
		explore(svg, points, "area", () => focus.up && zoom(focus.up), placed.findIndex((p) => p.node === focus));
		return svg;
	};

	const found = (whole) => {
		const hits = [], wanted = query.toLowerCase();
		const visit = (node, inside) => {
			const is = node.up && node.name.toLowerCase().includes(wanted);
			if (is)
				hits.push({ node, inside });
			node.under.forEach((u) => visit(u, inside || is));
		};
		if (wanted)
			visit(whole, false);
		return hits;
	};

	/* Marks what is searched for, and says how much it is. */
	const mark = (svg, status, whole) => {
		const hits = found(whole), nodes = new Set(hits.map((h) => h.node)), last = whole.figures.length - 1;
		svg.selectAll("rect.frame").classed("hit", (n) => nodes.has(n)).classed("dim", (n) => nodes.size > 0 && !nodes.has(n));
		if (!query) {
			status.text("");
			return hits;
		}
		const sum = d3.sum(hits, (h) => (h.inside || !h.node.figures[last] ? 0 : h.node.figures[last].total));
		status.text(hits.length ? counted(new Set(hits.map((h) => h.node.name)).size, "function", "functions") + " on " + counted(hits.length, "path", "paths") + ": " + percent(sum / whole.figures[last].total) + " of all" : "no such function");
		return hits;
	};

	const searchBox = (head, change, next) => {
		const one = head.append("label").attr("class", "choose");
		one.append("span").text("Search");
		one.append("input").attr("type", "search").attr("autocomplete", "off").attr("spellcheck", "false").attr("size", 18).property("value", query)
			.on("input", function () {
				query = this.value;
				hit = -1;
				change();
			});
		one.node().addEventListener("keydown", (event) => event.key === "Enter" && next());
		return head.append("span").attr("class", "note").attr("role", "status");
	};

	const moduleKey = (box, data, whole) => {
		const used = new Set(), visit = (node) => {
			if (node.size > whole.size / 1000) {
				used.add(node.module);
				node.under.forEach(visit);
			}
		};
		visit(whole);
		keyOfColours(box, "Where the functions are", data.modules.map((m, i) => ["frame s1 " + lookAt(i).colour, named(m, 60), m]).filter((m) => used.has(m[2])));
	};

	const keyOfColours = (box, label, entries) => {
		const list = box.append("ul").attr("class", "key").attr("aria-label", label);
		for (const [kind, text] of entries) {
			const item = list.append("li");
			item.append("svg").attr("width", 14).attr("height", 14).attr("aria-hidden", "true").append("rect").attr("class", kind).attr("width", 14).attr("height", 14);
			item.append("span").text(text);
		}
	};

	const titleOf = (data, k) => data.trees[k].label + (page.runs.length > 1 ? ", " + page.runs[data.trees[k].run].name : "");

	/* What keeps two apart. */
	const namesOf = (data, trees) => {
		const [a, b] = trees.map((k) => data.trees[k]);
		return trees.map((k) => (a.label === b.label ? page.runs[data.trees[k].run].name : a.run === b.run ? data.trees[k].label : titleOf(data, k)));
	};

	/* First the difference of the first cell from its first run to its last, if several have it. */
	const begin = (data) => {
		const pairs = data.pairs.filter((p) => p.from === 0);
		against = pairs.length ? 0 : null;
		shown = pairs.length ? d3.max(pairs, (p) => p.to) : 0;
	};

	const controls = (head, data) => {
		const all = d3.range(data.trees.length), choice = (k) => [String(k), titleOf(data, k)];
		const set = (change) => {
			change();
			focus = null;
			redraw("anatomy");
		};
		if (all.length < 2)
			return;
		choose(head, "Show", all.map(choice), String(shown), (v) => set(() => {
			shown = Number(v);
			against = against !== null && pairOf(data, against, shown) ? against : null;
		}));
		choose(head, "Against", [["", "nothing"], ...all.filter((k) => pairOf(data, k, shown)).map(choice)], against === null ? "" : String(against), (v) => set(() => {
			against = v === "" ? null : Number(v);
		}));
	};

	chart("anatomy", (box, data, width) => {
		if (shown === null)
			begin(data);
		const trees = against === null ? [shown] : [against, shown], whole = forest(data, trees);
		const names = against === null ? null : namesOf(data, trees), head = box.append("div").attr("class", "controls");
		let svg = null, hits = [];
		focus = focus && (focus === whole || ancestors(focus)[0] === whole) ? focus : whole;
		controls(head, data);
		const status = searchBox(head, () => { hits = mark(svg, status, whole); }, () => {
			if (!hits.length)
				return;
			hits.sort((a, b) => b.node.size - a.node.size);
			hit = (hit + 1) % hits.length;
			zoom(hits[hit].node);
		});
		const area = box.append("div");
		const paint = () => {
			const had = area.node().contains(document.activeElement);
			area.selectAll("*").remove();
			svg = icicle(area, data, whole, names, width, zoom);
			hits = mark(svg, status, whole);
			if (had)
				svg.node().focus();
		};
		const zoom = (node) => {
			focus = node;
			paint();
		};
		paint();
		if (names)
			keyOfColours(box, "Colours", [["frame more d4", "more"], ["frame less d4", "less"], ["frame same", "the same"]]);
		else
			moduleKey(box, data, whole);
	});
}
