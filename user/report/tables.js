/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tables. What is folded is markup for readers without scripts, which the program has made safe; for those with
 * them it becomes elements when it is opened or printed, or when there is nothing else to do, so that a search
 * finds it. A click on the head of a column orders a table: the smallest first, the largest first, as it was.
 * The address has that, too.
 */

function unfold(details) {
	const markup = details.querySelector(":scope > noscript");
	if (!markup)
		return;
	const made = document.createElement("template");
	made.innerHTML = markup.textContent;
	markup.replaceWith(made.content);
	details.querySelectorAll("table").forEach(sortable);
}

function unfoldAll() {
	document.querySelectorAll("main details").forEach(unfold);
}

/* False: all is. */
function unfoldNext() {
	const next = document.querySelector("main details > noscript");
	if (next)
		unfold(next.parentNode);
	return next !== null;
}

const UNITS = new Map([["ns", 1], ["µs", 1e3], ["ms", 1e6], ["s", 1e9], ["ks", 1e12], ["k", 1e3], ["M", 1e6], ["G", 1e9], ["T", 1e12],
	["B", 1], ["KiB", 1024], ["MiB", 1048576], ["GiB", 1073741824], ["TiB", 1099511627776]]);

/* The number with which a cell begins, in the smallest unit: "*1.5 ms (1.2 to 1.9)" is 1,500,000; null if there is none. */
function numberOf(text) {
	const found = /^\*?[×+]?([-−]?[\d,]+(?:\.\d+)?(?:e[-+]?\d+)?)(?: ?([A-Za-zµ]+))?/.exec(text);
	return found ? Number(found[1].replace(/,/g, "").replace("−", "-")) * (UNITS.get(found[2]) || 1) : null;
}

/* By the numbers of two cells, then by their words; what has no value comes last in both orders. */
function comparer(column, down) {
	const textOf = (row) => row.cells[column] ? row.cells[column].textContent.trim() : "";
	const none = (text) => text === "" || text === "-";
	return (a, b) => {
		const [s, t] = [textOf(a), textOf(b)], [m, n] = [numberOf(s), numberOf(t)];
		if (none(s) || none(t))
			return none(s) - none(t);
		const order = m !== null && n !== null && m !== n ? m - n : s.localeCompare(t, "en", { numeric: true });
		return down ? -order : order;
	};
}

/* "latency.sort.spawn-latency": the view, the caption, and where there are several folds which one. */
function sortKey(table) {
	const section = table.closest("section"), fold = Array.from(section.querySelectorAll("details")).indexOf(table.closest("details"));
	return section.id + ".sort." + slug(table.caption.textContent) + (fold > 0 ? "." + fold : "");
}

function sortable(table) {
	const body = table.tBodies[0], heads = Array.from(table.tHead.rows[0].cells), first = Array.from(body.rows);
	if (first.length < 2)
		return;
	const key = sortKey(table), sort = (column, order) => {
		heads.forEach((h) => h.removeAttribute("aria-sort"));
		if (order)
			heads[column].setAttribute("aria-sort", order);
		body.append(...(order ? first.slice().sort(comparer(column, order === "descending")) : first));
	};
	heads.forEach((head, column) => {
		const button = document.createElement("button");
		button.type = "button";
		button.append(...head.childNodes);
		head.append(button);
		button.addEventListener("click", () => {
			const next = { ascending: "descending", descending: null }[head.getAttribute("aria-sort")];
			const order = next === undefined ? "ascending" : next;
			sort(column, order);
			keep(key, ...(order ? [column + "." + order] : []));
		});
	});
	const [column, order] = (kept.choices.get(key) || "").split(".");
	if (!/^\d+$/.test(column) || !heads[column] || !["ascending", "descending"].includes(order))
		return;
	sort(Number(column), order);
	if (table.closest("details"))
		table.closest("details").open = true;
}
