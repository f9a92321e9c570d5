/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copy-on-write: the time that child and parent spent in faults, as bars. */
chart("cow", (box, data, width) => {
	const facets = [];
	const side = (row, name) => {
		const [ns, faults, copied, reused, huge] = row["cow_" + name];
		const pages = (n, what) => n === null ? [] : [d3.format(",")(n) + " " + what];
		return {
			name: "cow_" + name,
			value: ns || 0,
			lines: () => ["in the " + name + ": " + time(ns), ...pages(faults, "faults"), ...pages(copied, "pages copied"),
				...pages(reused, "pages reused"), ...(huge ? pages(huge, "faults on 2 MiB pages") : [])],
		};
	};

	for (const row of data[state.run]) {
		const segments = ["child", "parent"].filter((name) => row["cow_" + name] && row["cow_" + name][0] !== null).map((name) => side(row, name));
		if (!segments.length)
			continue;
		let facet = facets[facets.length - 1];
		if (!facet || facet.group !== row.group)
			facets.push(facet = { group: row.group, title: "Parent of " + row.parent, bars: [] });
		facet.bars.push({ label: row.method, segments, total: time(d3.sum(segments, (s) => s.value)) });
	}
	if (!facets.length) {
		box.append("p").text("This run has no times of copy-on-write faults; the table has its counts.");
		return;
	}
	facets.most = d3.max(facets, (f) => d3.max(f.bars, (b) => d3.sum(b.segments, (s) => s.value)));
	phaseKey(box, ["cow_child", "cow_parent"]);
	stackedBars(box, facets, width, false, "Time in copy-on-write faults as bars; the table below has the data. Arrow keys walk through them.");
});
