#!/usr/bin/env node
/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * speedscope.js MODULES TRACE: opens a trace, a file of its own or folded stacks (.txt) in speedscope, in Chromium. Prints each complaint of
 * its importer, and exits with 1 if there is one, or if a track of the trace is not there.
 * MODULES has playwright-core and speedscope.
 */
"use strict";
const fs = require("fs");
const path = require("path");
const { pathToFileURL } = require("url");

const [modules, trace] = process.argv.slice(2);
const { chromium } = require(path.resolve(modules, "playwright-core"));
const viewer = path.resolve(modules, "speedscope/dist/release/index.html");
const faults = [];

/* How many profiles it shows: of a trace each thread that has slices; of its own format what is there; of stacks one. */
function tracks() {
	if (trace.endsWith(".txt"))
		return 1;
	const file = JSON.parse(fs.readFileSync(trace, "utf8"));
	return file.profiles ? file.profiles.length : new Set(file.filter((e) => e.ph === "X").map((e) => e.pid + ":" + e.tid)).size;
}

async function open(browser) {
	const page = await browser.newPage();
	page.setDefaultTimeout(300000); // for busy machines
	page.on("pageerror", (e) => faults.push(e.message));
	page.on("dialog", (d) => {
		faults.push(d.message());
		d.dismiss();
	});
	page.on("console", (m) => {
		if (["error", "warning"].includes(m.type()) && !m.text().includes("GL Driver Message"))
			faults.push(m.text());
	});
	await page.goto(pathToFileURL(viewer).href);
	await page.locator("input[type=file]").setInputFiles(trace);
	await page.getByText(tracks() > 1 ? "(1/" + tracks() + ")" : path.basename(trace)).first().waitFor();
}

async function main() {
	const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((name) => fs.existsSync(name));
	const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"], timeout: 300000 });
	try {
		await open(browser);
	} finally {
		await browser.close();
	}
}

main()
	.catch((e) => faults.push(e.message))
	.then(() => {
		for (const text of faults)
			console.error("speedscope: " + text);
		process.exitCode = faults.length ? 1 : 0;
	});
