/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A published figure with our lines above it: ours solid, what was published dashed, in the colour of the line that it is about. */
{
	let relative = false;

	/* {label, points, look, published}: a line at a time; those without a number are left out. */
	const linesOf = (figure) => {
		const own = figure.ours.map((line, i) => ({ ...line, colour: "c" + (i % 8), shape: lookAt(i).shape }));
		const others = figure.published.map((line, i) => ({ ...line, label: "published: " + line.label, published: true,
			apart: figure.words.length && line.like === null, /* its words have no order */
			colour: line.like === null ? "quiet" : "c" + (line.like % 8), shape: lookAt(i + 3).shape }));
		return own.concat(others).filter((line) => line.points.length);
	};

	/* Against the first point of each line: what remains where units or machines differ. */
	const scaled = (line) => ({ ...line, points: line.points.map(([x, y]) => ({ x, y: relative ? y / line.points[0][1] : y, time: y })) });

	const tip = (line, p, figure) => [named(line.label, 80),
		figure.words.length ? figure.words[p.x] : figure.axes[0] + ": " + (figure.bytes ? bytes(p.x) : d3.format(",")(p.x)),
		(line.published && instructions() ? digits(p.time / 1e6) + " ms" : time(p.time)) + (relative ? ", " + times(p.y) : "")];

	/* A gap, as null, where no line may lead to the next point. */
	const broken = (points, reaches) => points.flatMap((p) => reaches(p.x) ? [p] : [p, null]);

	const drawLine = (svg, line, { place: x, reaches = () => true }, y) => {
		const g = svg.append("g").attr("class", line.colour);
		if (!line.apart)
			g.append("path").attr("class", "line").attr("stroke-dasharray", line.published ? "6 4" : null)
				.attr("d", d3.line().defined((p) => p).x((p) => x(p.x)).y((p) => y(p.y))(broken(line.points, reaches)));
		g.selectAll(".point").data(line.points).enter().append("path").attr("class", line.published ? "point hollow" : "point")
			.attr("transform", (p) => `translate(${x(p.x)},${y(p.y)})`).attr("d", line.shape);
	};

	/* Below the plot, since the names are long: which line is whose. */
	const key = (box, lines) => {
		const list = box.append("ul").attr("class", "key").attr("aria-label", "Lines");
		for (const line of lines) {
			const one = list.append("li"), svg = one.append("svg").attr("width", 34).attr("height", 12).attr("aria-hidden", "true").attr("class", line.colour);
			if (!line.apart)
				svg.append("line").attr("class", "line").attr("x1", 0).attr("x2", 34).attr("y1", 6).attr("y2", 6).attr("stroke-dasharray", line.published ? "6 4" : null);
			svg.append("path").attr("class", line.published ? "point hollow" : "point").attr("transform", "translate(17,6)").attr("d", line.shape());
			one.append("span").text(named(line.label, 120));
		}
	};

	/* A scale of words, or that of numbers which other charts have. */
	const scaleOf = (svg, figure, lines, left, right) => {
		const values = Array.from(new Set(lines.flatMap((l) => l.points.map((p) => p.x)))).sort((a, b) => a - b);
		if (!figure.words.length)
			return axisScale(figure.bytes ? MEMORY : { name: "" }, values, left, right);
		const all = figure.words.map((w, i) => i), place = (i) => left + (i + 0.5) * (right - left) / all.length;
		place.copy = () => place;
		place.range = () => [left, right];
		/* Numbers, which are explained below, where words have no room. */
		const numbered = widest(svg, "title", figure.words) > (right - left) / all.length - 8;
		return { place, tick: place, ticks: all, numbered, format: (i) => numbered ? String(i + 1) : figure.words[i] };
	};

	const drawPlot = (box, figure, lines, width) => {
		const height = Math.max(320, Math.min(460, width * 0.45)), points = lines.flatMap((l) => l.points);
		const svg = plot(box, width, height, `F${figure.suite.slice(1)}, ${figure.title}: ${counted(lines.length, "line", "lines")}; the tables below have the data. Arrow keys walk through the points.`);
		const format = relative ? times : shortTime, domain = d3.extent(points, (p) => p.y);
		const area = { left: 0, right: width - 14, top: 30, bottom: height - 48 };
		const y = d3.scaleLog().domain([domain[0] * 0.8, domain[1] * 1.25]).range([area.bottom, area.top]);
		area.left = axisRoom(svg, logTicks(y), format);
		axisLeft(svg, y, logTicks(y), format, area, relative ? figure.axes[1] + ", against each line's first point" : figure.axes[1] + (instructions() ? ", instructions" : ""));
		const x = scaleOf(svg, figure, lines, area.left + 14, area.right - 8);
		axisBottom(svg, x.tick, x.ticks, x.format, area, figure.axes[0]);
		lines.forEach((line) => drawLine(svg, line, x, y));
		if (x.numbered)
			box.append("p").attr("class", "note").text(figure.words.map((word, i) => (i + 1) + ": " + word).join("; ") + ".");
		explore(svg, lines.flatMap((line) => line.points.map((p) => ({ x: x.place(p.x), y: y(p.y), lines: tip(line, p, figure) }))), true);
	};

	chart("figure", (box, data, width) => {
		const figure = data[state.run];
		if (!figure) {
			box.append("p").text("This run is not of a suite that has a published figure.");
			return;
		}
		const all = linesOf(figure), head = box.append("div").attr("class", "controls");
		/* Times that were published are no instructions. */
		if (instructions())
			relative = true;
		else if (figure.published.length)
			choices(head, "Times", [[false, "as measured"], [true, "against the first point"]], relative, (v) => {
				relative = v;
				redraw("figure");
			});
		const lines = all.map(scaled);
		if (!lines.length) {
			box.append("p").text("This run has none of the figure's cells.");
			return;
		}
		drawPlot(box, figure, lines, width);
		key(box, lines);
	});
}
