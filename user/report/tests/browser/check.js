#!/usr/bin/env node
/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * check.js MODULES CHECK PAGE [ARGUMENT...]: opens a page in Chromium and looks whether CHECK
 * holds; says what does not, and exits with 1 then. `check.js MODULES shot PAGE FILE WIDTH
 * SCHEME [VIEW]` makes a picture, and `check.js MODULES chart PAGE FILE WIDTH VIEW` one of a chart
 * alone, as SVG. MODULES has playwright-core and axe-core.
 *
 * `check.js MODULES serve FILE` starts a browser for many checks, and answers on a port, which it
 * writes to FILE, until SIGTERM: starting node and a browser takes longer than most checks. A request
 * is N, CHECK, PAGE and arguments, each ended by a NUL, where N is how many follow; the answer is what
 * does not hold, and then the line "0", or "1" if there is any.
 *
 * Whatever the check: no error on the console, no violation of the page's policy, and no request
 * except for the page itself.
 */
"use strict";
const path = require("path");
const { pathToFileURL } = require("url");
const fs = require("fs");
const net = require("net");

const modules = process.argv[2];
const { chromium } = require(path.resolve(modules, "playwright-core"));
const WIDTHS = [1600, 390];
/* Of the check that is being made; a browser makes one at a time. */
let check, file, rest, faults;

function fault(text) {
	faults.push(text);
}

function expect(holds, text) {
	if (!holds)
		fault(text);
}

function found(names) {
	return names.find((name) => fs.existsSync(name));
}

/* The pages of a browser, by what cannot change while they are open: a new one takes three times as
 * long as to load another file into it. */
const pages = new Map();

/* Checks that leave a page as it is, but for details that they unfold: the next of them, or axe, finds it
 * loaded already, which takes most of the time else. What they left, by file and address. */
const READING = ["labels", "text", "views", "widths"];
const reads = () => READING.includes(check) || check === "axe";
let left = "", loads = 0;

/* On a busy machine half a minute, Playwright's own limit, is too short. */
const PATIENCE_MS = 300000;

async function new_page(browser, options) {
	const page = await (await browser.newContext(options)).newPage();
	const own = () => pathToFileURL(path.resolve(file)).href;
	page.setDefaultTimeout(PATIENCE_MS);
	page.on("console", (m) => {
		if (m.type() === "error" || m.type() === "warning")
			fault("console: " + m.text());
	});
	page.on("pageerror", (e) => fault("exception: " + e.message));
	page.on("dialog", (d) => {
		fault("a dialog opened: " + d.message());
		d.dismiss();
	});
	page.on("request", (r) => {
		const url = r.url();
		if (url.split(/[?#]/)[0] !== own() && !url.startsWith("data:") && !url.startsWith("blob:"))
			fault("request: " + url);
	});
	return page;
}

async function open(browser, { viewport = { width: 1600, height: 1000 }, colorScheme = "light", javaScriptEnabled = true, hash = "" } = {}) {
	const page = pages.get(javaScriptEnabled) || await new_page(browser, { javaScriptEnabled });
	const { ino, size, mtimeMs } = fs.statSync(file), wanted = [file, ino, size, mtimeMs, hash].join();
	pages.set(javaScriptEnabled, page);
	await page.mouse.move(0, 0);
	await page.setViewportSize(viewport);
	await page.emulateMedia({ media: null, colorScheme });
	if (!javaScriptEnabled) {
		await page.goto(pathToFileURL(path.resolve(file)).href);
		return page;
	}
	if (wanted === left && reads()) {
		/* Of another width, it has drawn its charts anew by the next frame. */
		await page.evaluate(frames);
		return page;
	}
	left = "";
	/* An address that differs in its hash alone would not load the page again. */
	await page.goto(pathToFileURL(path.resolve(file)).href + (hash && "?" + ++loads) + hash);
	await until(page, () => !document.querySelector(".chart:empty"));
	left = wanted;
	return page;
}

/* Two, so that the first is whole. */
function frames() {
	return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}

/*
 * Waits for what is true of the page. Playwright's own waiting has the page evaluate a text, unless it is
 * true at once: the page's Content-Security-Policy refuses that.
 */
async function until(page, condition) {
	for (const end = Date.now() + 60000; Date.now() < end; await page.evaluate(frames)) {
		if (await page.evaluate(condition))
			return;
	}
	throw new Error("never true: " + condition);
}

/* After that, pages are new. */
async function close_pages(browser) {
	pages.clear();
	left = "";
	for (const context of browser.contexts())
		await context.close();
}

function unfold(page) {
	/* Elements are made of it then; without scripts they are there. */
	return page.evaluate(() => document.querySelectorAll("details").forEach((e) => { e.open = true; }))
		.then(() => page.evaluate(frames));
}

/* Elements beyond the right edge of the window, except inside boxes that scroll. */
function overflowing() {
	const wide = [];
	const scrolls = (e) => e && (["auto", "scroll", "hidden"].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
	if (document.documentElement.scrollWidth > window.innerWidth)
		wide.push("the page: " + document.documentElement.scrollWidth + " > " + window.innerWidth);
	for (const e of document.querySelectorAll("body *")) {
		const r = e.getBoundingClientRect();
		if (r.width && r.right > window.innerWidth + 1 && !scrolls(e.parentElement) && !e.closest(".skip"))
			wide.push(e.tagName + "." + (e.getAttribute("class") || "") + " " + (e.textContent || "").slice(0, 40) + " to " + Math.round(r.right));
	}
	return wide;
}

/* Texts of charts that stick out of them or lie on each other, and what stands at rows that differ
 * but look the same. */
function misplaced() {
	const bad = [];
	const say = (e, what) => bad.push((e.closest(".chart") || {}).id + ": '" + e.textContent.slice(0, 60) + "' " + what);
	const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
	for (const svg of document.querySelectorAll(".plot svg")) {
		const frame = svg.getBoundingClientRect();
		const box = (e) => e.getBoundingClientRect();
		for (const e of svg.querySelectorAll("text"))
			if (box(e).width && (box(e).left < frame.left - 1 || box(e).right > frame.right + 1))
				say(e, "reaches from " + Math.round(box(e).left - frame.left) + " to " + Math.round(box(e).right - frame.left) + " of " + Math.round(frame.width));
		const labels = Array.from(svg.querySelectorAll(".name, .total, .end, .facet, .axis text"));
		labels.forEach((e, i) => {
			const other = labels.slice(0, i).find((o) => meet(box(o), box(e)));
			if (other)
				say(e, "lies on '" + other.textContent + "'");
		});
	}
	for (const kind of ["#chart-latency .end", "#chart-gate .name"])
		for (const svg of document.querySelectorAll(kind.split(" ")[0] + " svg")) {
			const texts = Array.from(svg.querySelectorAll(kind.split(" ")[1]), (e) => e.textContent);
			for (const t of texts.filter((one, i) => texts.indexOf(one) < i))
				bad.push(kind + ": two are '" + t + "'");
		}
	return bad;
}

/* On the scale of all parents, a phase of the smallest may be too short to point at. */
async function ownScale(page) {
	const own = page.locator("#chart-phases").getByLabel("each its own");
	if (await own.count())
		await own.check();
}

const checks = {
	...require("./controls.js")({ open, until, unfold, expect, request: () => ({ file, rest }) }),
	...require("./charts.js")({ open, ownScale, expect, request: () => ({ file, rest }) }),

	/* labels [TEXT...]: every label in its chart, at all widths; at the widest these are whole. */
	async labels(browser) {
		for (const width of [390, 1200]) {
			const page = await open(browser, { viewport: { width, height: 900 } });
			for (const line of (await page.evaluate(misplaced)).slice(0, 8))
				fault(width + " px: " + line);
			const texts = await page.$$eval(".plot text", (all) => all.map((e) => e.textContent));
			for (const text of width > 1000 ? rest : [])
				expect(texts.includes(text), "not in a chart: " + text);
			expect(texts.length > 0, "no text in any chart");
		}
	},

	/* views ID...: exactly these, in this order, each drawn. */
	async views(browser) {
		const page = await open(browser);
		const ids = await page.$$eval("main > section", (all) => all.map((s) => s.id));
		expect(ids.join() === rest.join(), "views are " + ids.join());
		for (const id of ids) {
			expect(await page.isVisible(`#${id} > h2`), id + ": no heading");
			const charts = await page.$$eval(`#${id} .chart`, (all) => all.map((c) => c.querySelectorAll("svg path, svg rect").length));
			for (const shapes of charts)
				expect(shapes > 0, id + ": an empty chart");
		}
		expect((await page.$$(".chart")).length > 0, "no chart");
	},

	async hover(browser) {
		const page = await open(browser);
		const svg = page.locator("#chart-latency .plot svg");
		const point = page.locator("#chart-latency .plot .point").first();
		await svg.scrollIntoViewIfNeeded();
		const box = await point.boundingBox();
		await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
		const tip = page.locator("#chart-latency .tip");
		expect(await tip.isVisible(), "no tip under the pointer");
		expect(/median/.test(await tip.innerText()), "the tip says: " + (await tip.innerText()));
		await page.mouse.move(2, 2);
		expect(!(await tip.isVisible()), "the tip stays");
		/* The same by keyboard, and the source of a phase. */
		await svg.focus();
		await page.keyboard.press("ArrowRight");
		expect(await tip.isVisible(), "no tip by keyboard");
		const first = await tip.innerText();
		await page.keyboard.press("ArrowRight");
		expect((await tip.innerText()) !== first, "the arrow key does not move on");
		await page.keyboard.press("Escape");
		expect(!(await tip.isVisible()), "Escape does not hide the tip");
		if (await page.$("#chart-phases")) {
			await ownScale(page);
			await page.locator("#chart-phases .segment").first().hover();
			expect(/source/.test(await page.locator("#chart-phases .tip").innerText()), "a phase without its source");
		}
	},

	async legend(browser) {
		const page = await open(browser);
		const lines = () => page.locator("#chart-latency .plot .line").count();
		const before = await lines();
		const button = page.locator("#chart-latency .legend button").first();
		await button.focus();
		await page.keyboard.press("Enter");
		expect((await lines()) === before - 1, "the line is still there");
		expect((await button.getAttribute("aria-pressed")) === "false", "the button does not say so");
		expect(await button.evaluate((b) => b === document.activeElement), "the focus is lost");
		await button.click();
		expect((await lines()) === before, "the line does not come back");
		const title = () => page.locator("#chart-latency .plot .title").first().textContent();
		const absolute = await title();
		await page.locator("#chart-latency").getByLabel("against posix_spawn").check();
		expect((await title()) !== absolute, "relative is as absolute");
	},

	/* runs N: the picker shows one run's part at a time. */
	async runs(browser) {
		const page = await open(browser);
		const parts = new Set(await page.$$eval(".of-run", (all) => all.map((e) => e.dataset.run)));
		expect(parts.size === Number(rest[0]), "parts: " + parts.size);
		for (let i = 0; i < Number(rest[0]); i++) {
			await page.selectOption("#run", String(i));
			const shown = await page.$$eval(".of-run:not([hidden])", (all) => all.map((e) => e.dataset.run));
			expect(shown.length > 0 && shown.every((run) => run === String(i)), "of run " + i + " alone: " + shown.join());
		}
	},

	/* Without scripts: every view has its tables, and all of the words. */
	async noscript(browser) {
		const page = await open(browser, { javaScriptEnabled: false });
		const charts = await page.$$(".chart");
		expect(charts.length > 0, "no place for a chart");
		/* One by a click; the others are alike. */
		await page.locator("main details:not([open]) > summary").first().click();
		await page.$$eval("main details", (all) => all.forEach((d) => { d.open = true; }));
		for (const id of await page.$$eval("main > section", (all) => all.map((s) => s.id))) {
			if (await page.$(`#${id} .chart`)) {
				const rows = await page.locator(`#${id} tbody tr:visible`).count();
				expect(rows > 0, id + ": no row without scripts");
			}
		}
		expect(await page.isVisible(".answers"), "no answer without scripts");
	},

	/* widths [HASH], axe [HASH]: of the page, or of that with these choices. */
	async widths(browser) {
		for (const width of WIDTHS) {
			const page = await open(browser, { viewport: { width, height: 900 }, hash: rest[0] });
			await unfold(page);
			for (const line of (await page.evaluate(overflowing)).slice(0, 5))
				fault(width + " px: " + line);
		}
	},

	/* both HASH NAME...: the rows of the waterfall of two runs, whose tips have their own sources: the first and the last, or those that the address names. */
	async both(browser) {
		const [hash, ...names] = rest, page = await open(browser, { hash });
		if (!hash)
			await page.locator("#chart-phases").getByLabel("two, one over the other").check();
		const seen = async () => (await page.$$eval("#chart-phases .plot .name", (all) => all.map((e) => e.textContent))).join(" | ");
		expect((await seen()) === names.join(" | "), "rows: " + (await seen()));
		for (const line of (await page.evaluate(misplaced)).slice(0, 8))
			fault(line);
		const outside = await page.$$eval("#chart-phases .segment", (all) => all.filter((e) => e.getBBox().x + e.getBBox().width > e.ownerSVGElement.getBoundingClientRect().width + 1).length);
		expect(outside === 0, "phases outside of the plot: " + outside);
		await page.locator("#chart-phases .segment.p-copy_mm").nth(1).hover();
		const tip = await page.locator("#chart-phases .tip").innerText();
		expect(tip.startsWith(names[1] + ", copy_mm: ") && /source: /.test(tip), "the tip says: " + tip);
		/* Another choice is in the address. */
		const second = page.locator("#chart-phases .choose", { hasText: "Second" }).locator("select");
		if (!(await second.count()) || (await second.inputValue()) === "0")
			return;
		await second.selectOption({ index: 0 });
		const now = await seen();
		expect(now !== names.join(" | ") && /phases\.second=0/.test(page.url()), "after a choice: " + now + " at " + page.url());
		await page.reload();
		expect((await seen()) === now, "loaded again it shows " + (await seen()));
	},

	/* height MOST WIDTH: the page, folded, is at most so high at this width. */
	async height(browser) {
		const page = await open(browser, { viewport: { width: Number(rest[1]), height: 900 } });
		const height = await page.evaluate(() => document.documentElement.scrollHeight);
		expect(height <= Number(rest[0]), "the page is " + height + " high");
	},

	/* The chart fits again after the window has changed. */
	async resize(browser) {
		const page = await open(browser);
		await page.setViewportSize({ width: 390, height: 900 });
		await until(page, "document.querySelector('#chart-latency .plot svg').getAttribute('width') <= 390 && !(" + overflowing + ")().length").catch(() => null);
		for (const line of (await page.evaluate(overflowing)).slice(0, 5))
			fault("after a resize: " + line);
		const width = await page.locator("#chart-latency .plot svg").getAttribute("width");
		expect(Number(width) <= 390, "the chart is still " + width + " wide");
	},

	async dark(browser) {
		const back = (p) => p.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
		const light = await back(await open(browser, { colorScheme: "light" }));
		const dark = await back(await open(browser, { colorScheme: "dark" }));
		expect(light[0] > 200 && dark[0] < 60, "light " + light + ", dark " + dark);
	},

	/* In print: white, no controls, tables unfolded. */
	async print(browser) {
		const page = await open(browser);
		await page.emulateMedia({ media: "print", colorScheme: "light" });
		expect(!(await page.isVisible(".controls")), "controls in print");
		const folded = await page.$$eval("section details .scroll", (all) => all.filter((e) => !e.checkVisibility({ contentVisibilityAuto: true }) || !e.getClientRects().length).length);
		expect(folded === 0, folded + " tables are folded in print");
		const pdf = await page.pdf();
		expect(pdf.length > 20000, "a PDF of " + pdf.length + " bytes");
	},

	async axe(browser) {
		const source = fs.readFileSync(path.resolve(modules, "axe-core", "axe.min.js"), "utf8");
		for (const colorScheme of ["light", "dark"]) {
			const page = await open(browser, { colorScheme, hash: rest[0] });
			await unfold(page);
			if ((await page.evaluate(() => typeof window.axe)) === "undefined")
				await page.evaluate(source);
			/* One row of a table is made as the next. */
			await page.evaluate(() => document.querySelectorAll("tbody").forEach((t) => Array.from(t.rows).slice(20).forEach((r) => { r.remove(); })));
			/* The dark changes colours only. */
			const rules = colorScheme === "dark" ? { runOnly: ["cat.color"] } : {};
			const result = await page.evaluate((r) => window.axe.run(document, { resultTypes: ["violations"], ...r }), rules);
			expect(result.passes.length > (rules.runOnly ? 0 : 10), "axe found little to look at");
			for (const v of result.violations)
				if (["serious", "critical", "moderate"].includes(v.impact))
					fault(colorScheme + ": " + v.impact + ": " + v.id + ": " + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | "));
		}
	},

	/* text STRING...: shown as it stands, somewhere in a table, a heading or a command. */
	async text(browser) {
		const page = await open(browser);
		await unfold(page);
		const body = await page.evaluate(() => document.body.innerText);
		for (const text of rest)
			expect(body.includes(text), "not shown: " + text);
		expect((await page.$$("main img, main script, main b, main i, main iframe")).length === 0, "a name became an element");
		/* The data, D3, what all views share, the start, and those of views that have one of their own. */
		const own = await page.$$eval("main > section", (all) => all.filter((s) => ["anatomy", "births", "cow", "figure", "gate", "kernels", "latency", "scenario", "spread"].includes(s.id)).length);
		expect((await page.$$eval("script", (all) => all.length)) === 4 + own, "a script more, or less");
	},

	/* save: the data block, as a file. */
	async save(browser) {
		const page = await open(browser);
		const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
		const saved = file + ".saved";
		await download.saveAs(saved); /* a shared browser has the file in its own folder */
		const data = JSON.parse(fs.readFileSync(saved, "utf8"));
		expect(data.runs && data.views && data.views.latency, "the file has other data");
	},

	/* paint: how long until what the window shows is painted, and until all charts are drawn, in ms; each the best of five. */
	async paint(browser) {
		const best = [Infinity, Infinity];
		for (let i = 0; i < 5; i++) {
			const page = await new_page(browser, { viewport: { width: 1600, height: 1000 } });
			await page.addInitScript(() => {
				window.painted = [];
				const drawn = () => document.querySelector(".chart:empty") ? setTimeout(drawn, 1) : window.painted.push(performance.now());
				window.addEventListener("DOMContentLoaded", () => {
					requestAnimationFrame(() => requestAnimationFrame(() => window.painted.push(performance.now())));
					drawn();
				});
			});
			await page.goto(pathToFileURL(path.resolve(file)).href);
			await until(page, () => window.painted.length === 2);
			const times = (await page.evaluate(() => window.painted)).sort((a, b) => a - b);
			best.forEach((one, k) => { best[k] = Math.min(one, times[k]); });
			expect((await page.$$("#chart-latency svg")).length > 0, "no chart");
			await close_pages(browser);
		}
		console.log(best.map(Math.round).join(" "));
	},

	/* chart FILE WIDTH VIEW: a view's chart as SVG, in the light scheme. */
	async chart(browser) {
		const [to, width, view] = rest;
		const page = await open(browser, { viewport: { width: Number(width), height: 1000 } });
		const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#chart-" + view).getByRole("button", { name: "Save as SVG" }).click()]);
		await download.saveAs(to);
	},

	/* shot FILE WIDTH SCHEME [VIEW]: of the whole page, or of one view. */
	async shot(browser) {
		const [to, width, colorScheme, view] = rest;
		const page = await open(browser, { viewport: { width: Number(width), height: view === "screen" ? 1270 : 1000 }, colorScheme });
		if (view === "screen") /* the first */
			await page.screenshot({ path: to });
		else if (view)
			await page.locator("#" + view).screenshot({ path: to });
		else
			await page.screenshot({ path: to, fullPage: true });
	},
};

function launch_options() {
	const executablePath = found(["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]);
	return { executablePath, args: ["--no-sandbox", "--disable-gpu"], timeout: PATIENCE_MS };
}

/* Returns what does not hold. */
async function make(browser, request) {
	[check, file, ...rest] = request;
	faults = [];
	try {
		await checks[check](browser);
		if (!READING.includes(check))
			left = "";
	} catch (e) {
		fault(e.message);
		await close_pages(browser);
	}
	return faults.map((text) => check + ": " + text + "\n");
}

/* The port appears in the file when the browser is ready. */
async function serve(to) {
	const browser = await chromium.launch(launch_options());
	let last = Promise.resolve();
	const server = net.createServer((socket) => {
		let said = "";
		socket.setEncoding("utf8");
		socket.on("error", () => {});
		socket.on("data", (data) => {
			said += data;
			const words = said.split("\0");
			if (words.length !== Number(words[0]) + 2)
				return;
			last = last.then(() => make(browser, words.slice(1, -1)))
				.then((bad) => socket.end(bad.join("") + (bad.length ? "1\n" : "0\n")));
		});
	});
	browser.on("disconnected", () => process.exit(1));
	process.on("SIGTERM", () => browser.close());
	server.listen(0, "127.0.0.1", () => {
		fs.writeFileSync(to + ".new", String(server.address().port));
		fs.renameSync(to + ".new", to);
	});
}

async function main() {
	const request = process.argv.slice(3);
	if (request[0] === "serve")
		return serve(request[1]);
	const browser = await chromium.launch(launch_options());
	const bad = await make(browser, request);
	await browser.close();
	for (const line of bad)
		process.stderr.write(line);
	process.exitCode = bad.length ? 1 : 0;
}

main().catch((e) => {
	console.error(e.message);
	process.exitCode = 1;
});
